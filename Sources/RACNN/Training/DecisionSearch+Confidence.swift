extension DecisionSearch {
  /// How much of the accuracy may be lost by not looking on.
  private static let allowance = 0.003

  /// How many photos what calibration alone leads to expect counts as, beside those that are there.
  private static let priorPhotos = 120.0

  /// The least share of a look's errors that further looks are taken to avoid, whatever few photos say.
  private static let leastAvoided = 0.1

  /// The least confidence from which on stopping costs no more than the allowance; nil where there is
  /// nothing to stop.
  ///
  /// The right answers that are lost are counted, but in a few photos that is a matter of one or two.
  /// Two expectations have less chance in them. Where the answers after stopping and after all looks
  /// differ, the calibrated probabilities of the last look tell what the difference costs; but few
  /// photos show few of those, or none. And the risk that further looks take away, which all photos
  /// tell together, is spread over them by `avoidedRisks`. The more photos there are, the more what
  /// they show counts.
  ///
  /// - Parameter stages: What the first look says, the first two together, and so on: as the decision
  ///   says it, and by cautious temperatures, by which the expectations are taken.
  func confidence(_ stages: [(calibrated: Verdicts, cautious: Verdicts)]) -> Float? {
    guard stages.count > 1 else { return nil }
    let answers = stages.map(\.calibrated.answers)
    let surest = stages.map(\.calibrated.surest)
    let last = stages.count - 1
    let final = stages[last].cautious.probabilities
    let right = answers.map { zip($0, rows.labels).map { $0 == $1 ? 1.0 : 0 } }
    let doubts = stages.map { $0.cautious.surest.map { 1 - Double($0) } }
    let risks = doubts.map { meanOfPhotos($0).mean }
    let avoided = stages.indices.map { look in
      let least = look < last ? Self.leastAvoided * risks[look] : 0
      return avoidedRisks(doubts[look], mean: max(risks[look] - risks[last], least))
    }
    let prior = Self.priorPhotos / (Self.priorPhotos + Double(photoCount))
    func suffices(_ confidence: Float) -> Bool {
      let stops = rows.labels.indices.map { row in
        stages.indices.first { surest[$0][row] >= confidence } ?? last
      }
      let lost = rows.labels.indices.map { right[last][$0] - right[stops[$0]][$0] }
      let seen = rows.labels.indices.map { row in
        Double(
          final[row * classes + answers[last][row]]
            - final[row * classes + answers[stops[row]][row]])
      }
      let expected = rows.labels.indices.map { avoided[stops[$0]][$0] }
      let shown = max(meanOfPhotos(lost).mean, meanOfPhotos(seen).mean)
      return (1 - prior) * shown + prior * meanOfPhotos(expected).mean <= Self.allowance
    }
    var least: Float = 1
    for percent in stride(from: 99, through: 34, by: -1) {
      let candidate = Float(percent) / 100
      guard suffices(candidate) else { break }
      least = candidate
    }
    return least
  }

  /// The chance, of each row, that its answer is wrong and further looks put it right.
  ///
  /// An answer of doubt d = 1 - c is wrong with a chance of d; then its own vote must be outvoted, and
  /// the odds of that go as d: the chance is d * a d / (1 + a d). Where further looks put few errors
  /// right, a is small, and they are those of which a look was unsure twice over, as d^2; where they
  /// put nearly all right, it is large, and they are right however sure it was, as d.
  ///
  /// With the confidence set by 30 of 180 photos for the others, and temperatures by those 30 alone,
  /// five networks of CUB's training photos take 0.62 of the arithmetic at 128 pixels and 0.51 at 224,
  /// for 0.3 and 0.2 points less; set by 40 of the 160 test photos of fieldguide's first version (seed
  /// 1, 112 pixels), 0.78 for 0.8. By a chance that goes as d^2 they take 0.60, 0.50 and 0.75, for 0.4,
  /// 0.3 and 1.3; by d, 0.74, 0.60 and 0.85, for 0, 0 and 0.1.
  ///
  /// - Parameters:
  ///   - doubts: The chance that each answer is wrong.
  ///   - mean: The mean of the result over photos, which sets a; below that of `doubts`.
  private func avoidedRisks(_ doubts: [Double], mean: Double) -> [Double] {
    func risks(_ a: Double) -> [Double] { doubts.map { $0 * a * $0 / (1 + a * $0) } }
    // The mean grows with a: halve the interval of its logarithm.
    var (low, high) = (1e-4, 1e4)
    for _ in 0..<40 {
      let middle = (low * high).squareRoot()
      if meanOfPhotos(risks(middle)).mean < mean { low = middle } else { high = middle }
    }
    return risks(low)
  }
}
