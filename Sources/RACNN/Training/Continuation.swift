/// What becomes of a stage of classifiers whose epochs are over.
package enum Continuation: Equatable {
  /// It has learned its photos, or may take no more steps: it is done.
  case none
  /// It takes as many epochs again from where it is, its rates along another cosine: the warm restarts of
  /// Loshchilov, Hutter, "SGDR", ICLR 2017.
  case goesOn
  /// It has come to naught, and takes as many epochs again from where it began.
  case beginsAgain

  /// - Parameters:
  ///   - learned: The share of the photos that it learns which its network was right for in the last epoch;
  ///     of several, the least.
  ///   - step: Its steps since it began, or began again.
  ///   - restarts: How often it began again.
  ///   - stepsToLearn: of `EpochPlan`.
  package static func found(
    learned: Double, classes: Int, step: Int, restarts: Int, stepsToLearn: Int?
  ) -> Continuation {
    guard let stepsToLearn, classes > 1 else { return .none }
    let guessing = 1 / Double(classes)
    if learned < guessing + leastLearned * (1 - guessing), step >= leastSteps,
      restarts < mostRestarts
    {
      return .beginsAgain
    }
    return learned < enoughLearned && step < stepsToLearn ? .goesOn : .none
  }

  /// Networks on CUB's birds are right for 98 to 100 % of what they learn in an epoch of 35 steps. On
  /// fieldguide, which has 19, those of seeds 1 to 3 were for 93, 92 and 21 %, and their decisions for 98,
  /// 94 and 58 % of the test photos.
  private static let enoughLearned = 0.9
  /// Of the way from guessing to knowing all. What is below it does not come back: scale 1 of seed 3 above
  /// gave all photos the same answer after 36 epochs too.
  private static let leastLearned = 0.25
  /// What had fewer steps has had no chance yet.
  private static let leastSteps = 100
  /// The second time rates are halved. Of ten seeds two came to naught there; of eight at half the backbone's
  /// rate none, but scale 1 is right for less then: 31 to 44 % of the test photos, where those of the ten that
  /// had learned came to 41 to 72.
  private static let mostRestarts = 2

  /// The factor on the rates of a stage that began again that many times.
  static func rateFactor(restarts: Int) -> Float { restarts < mostRestarts ? 1 : 0.5 }
}
