internal import ImageDatasets
internal import NeuralNetworks

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
  /// The second time rates are halved. Of ten seeds two came to naught there, and none at half the rates, by
  /// which scale 1 is right for less: 30 to 44 % of the test photos, where the other eight had 41 to 72.
  private static let mostRestarts = 2

  /// The factor on the rates of a stage that began again that many times.
  static func rateFactor(restarts: Int) -> Float { restarts < mostRestarts ? 1 : 0.5 }
}

extension Trainer {
  /// The stage's epochs, with those that were added.
  func epochs(of planned: PlannedStage) -> Int { planned.epochs * (1 + (state.addedCycles ?? 0)) }

  /// The factor on the stage's rates at its next step.
  func rateFactor(in planned: PlannedStage) -> Float {
    let steps = planned.epochs * train.batchCount
    let schedule = (configuration.schedule ?? .cosine)
      .schedule(steps: steps, epochSteps: train.batchCount)
    return schedule.factor(at: state.step % max(1, steps))
      * Continuation.rateFactor(restarts: state.restarts ?? 0)
  }

  /// What is to become of a stage, after an epoch with this accuracy on the photos that it learns.
  func continuation(of planned: PlannedStage, accuracy: [String: Double]) -> Continuation {
    guard planned.stage.phase == .classify, state.epoch + 1 == epochs(of: planned),
      let learned = planned.stage.scales.compactMap({ accuracy["\($0)"] }).min()
    else { return .none }
    return .found(
      learned: learned, classes: dataset.classNames.count, step: state.step,
      restarts: state.restarts ?? 0, stepsToLearn: configuration.plan.stepsToLearn)
  }

  /// Adds epochs to the stage.
  func take(_ continuation: Continuation, of planned: PlannedStage) throws(WeightsError) {
    guard continuation != .none else { return }
    state.addedCycles = (state.addedCycles ?? 0) + 1
    // Patience counts anew: it would end the stage where it has just begun.
    (state.bestLosses, state.staleEpochs) = (nil, 0)
    pace.set(epochs: epochs(of: planned), of: state.stage)
    let title = planned.stage.title
    guard continuation == .beginsAgain else {
      progress(
        .note("\(title) has not learned its photos: it goes on for \(planned.epochs) more epochs."))
      return
    }
    try model.store.restore(best)
    state.restarts = (state.restarts ?? 0) + 1
    state.step = 0
    let isSlower = Continuation.rateFactor(restarts: state.restarts ?? 0) < 1
    let manner = isSlower ? " at half the learning rates" : ""
    progress(.note("\(title) has come to naught: it begins again\(manner)."))
  }
}
