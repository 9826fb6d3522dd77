extension DecisionSearch {
  /// How much of the accuracy may be lost by not looking on.
  private static let allowance = 0.003

  /// How many photos what calibration alone leads to expect counts as, beside those that are there.
  private static let priorPhotos = 240.0

  /// The least share of a look's errors that further looks are taken to avoid, whatever few photos say.
  private static let leastAvoided = 0.1

  /// The least confidence from which on stopping costs no more than the allowance; nil where there is
  /// nothing to stop.
  ///
  /// The right answers that are lost are counted, but in a few photos that is a matter of one or two.
  /// Two expectations have less chance in them. Where the answers after stopping and after all looks
  /// differ, the calibrated probabilities of the last look tell what the difference costs; but few
  /// photos show few of those, or none. And the risk that further looks take away, which all photos
  /// tell together, lies where a look is unsure twice over: an answer of confidence c is wrong with a
  /// chance of 1 - c, and then its own vote must be outvoted, which is the likelier the smaller it is.
  /// So it goes as (1 - c)^2. The more photos there are, the more what they show counts.
  ///
  /// Five networks of CUB's training photos (450 learned, 180 held out, 30 drawn of these to set the
  /// confidence) took 0.61 of the arithmetic at 128 pixels and 0.50 at 224 by this, for 0.3 and 0.2
  /// points less; by a risk that goes as 1 - c, 0.72 and 0.54, for 0.1 and 0.4.
  ///
  /// Where closer looks put nearly every error right, however sure the first was, it stops too early:
  /// on fieldguide (seed 1, 112 pixels) it takes 0.75 for 1.3 points less, and 1 - c 0.82 for 0.6.
  func confidence(_ stages: [Verdicts]) -> Float? {
    guard stages.count > 1 else { return nil }
    let answers = stages.map(\.answers)
    let surest = stages.map(\.surest)
    let last = stages.count - 1
    let final = stages[last].probabilities
    let right = answers.map { zip($0, rows.labels).map { $0 == $1 ? 1.0 : 0 } }
    let doubts = surest.map { $0.map { 1 - Double($0) } }
    let risks = doubts.map { meanOfPhotos($0).mean }
    let avoided = stages.indices.map { look in
      guard look < last else { return 0.0 }
      let risk = max(risks[look] - risks[last], Self.leastAvoided * risks[look])
      return risk / max(1e-9, meanOfPhotos(doubts[look].map { $0 * $0 }).mean)
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
      let expected = rows.labels.indices.map { row in
        let doubt = doubts[stops[row]][row]
        return avoided[stops[row]] * doubt * doubt
      }
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
}
