internal import Tensors

/// Finds how the scales decide together, on photos that they were not fitted to.
///
/// The mean of all scales decides, unless photos show another rule to be better beyond chance: by
/// two standard errors of the mean difference of their losses. On CUB (128 pixels, 40 validation
/// photos) the rule that merely looked best, the fusion layer, was right for 84.4 % of the test
/// photos and the mean for 85.3 %. Whatever scale 1 alone decides as well stays with it: a rule must
/// be right for as many views of photos as scale 1, so that zooming never makes the result worse.
package struct DecisionSearch {
  /// What came out.
  package struct Result {
    /// The rule, calibrated.
    package let decision: Decision
    /// The share of photos, as they are, that it is right for.
    package let accuracy: Double
    /// Its loss, after calibration.
    package let loss: Double
    /// The loss of scale 1 alone, after calibration.
    package let firstLoss: Double

    /// Whether scale 1 decides alone, and there are others.
    package var ignoresZooms: Bool {
      guard let weights = decision.weights, weights.count > 1 else { return false }
      return weights.dropFirst().allSatisfy { $0 == 0 }
    }
  }

  /// A rule with what it says.
  private struct Candidate {
    let weights: [Float]?
    let verdicts: Verdicts
    let temperature: Temperature
    let losses: [Double]
    /// The rows that it is right for.
    let right: [Int]

    var loss: Double { losses.reduce(0, +) / Double(losses.count) }
  }

  let rows: FusionRows
  private let scales: Int
  let classes: Int
  private let logits: [Tensor]
  private let expected: Temperature

  /// - Parameters:
  ///   - rows: Views of photos, at least one.
  ///   - labelSmoothing: What the networks were taught with.
  package init(_ rows: FusionRows, classes: Int, labelSmoothing: Float) {
    precondition(!rows.labels.isEmpty, "DecisionSearch: there are no photos")
    self.rows = rows
    self.classes = classes
    expected = .expected(labelSmoothing: labelSmoothing)
    scales = rows.logits.count
    logits = rows.logits.map { Tensor($0, shape: [rows.labels.count, classes]) }
  }

  /// The best rule.
  ///
  /// - Parameter fused: The fusion layer's logits for each row, from fits that left its photo out;
  ///   nil where there is no such layer.
  package func best(fused: [Float]?) -> Result {
    let means = subsets.map(candidate)
    var candidates = means
    if let fused { candidates.append(candidate(nil, Verdicts(fused, classes: classes))) }
    // The first two of `subsets`; of one scale, all there is.
    let (all, first) = (means[0], scales > 1 ? means[1] : means[0])
    let able = candidates.filter { $0.right.count >= first.right.count }
    var chosen = able.min { $0.loss < $1.loss } ?? first
    if all.right.count >= first.right.count, !isBetter(chosen, than: all) { chosen = all }
    return result(chosen, first)
  }

  /// Weights of the means that are tried: of all scales, then of scale 1 alone, then of what else there is;
  /// of many scales only the first ones, for there are too many sets of them.
  private var subsets: [[Float]] {
    let numbers =
      scales > 4 ? (1...scales).map { 1 << $0 - 1 } : Array(1..<(1 << scales))
    let sets = numbers.map { set in (0..<scales).map { set >> $0 & 1 == 1 } }
    let weights = sets.map { set in
      set.map { $0 ? 1 / Float(set.count { $0 }) : 0 }
    }
    let (all, first) = (weights[weights.count - 1], weights[0])
    return all == first ? [all] : [all, first] + weights.filter { $0 != all && $0 != first }
  }

  private func candidate(_ weights: [Float]) -> Candidate {
    let mean = withoutTape { (Decision.mean(logits, weights: weights) + 1e-12).log() }
    return candidate(weights, Verdicts(mean.values, classes: classes))
  }

  private func candidate(_ weights: [Float]?, _ verdicts: Verdicts) -> Candidate {
    let temperature = verdicts.temperature(
      rows.labels, photos: photoCount, expected: expected)
    let answers = verdicts.answers
    return Candidate(
      weights: weights, verdicts: verdicts, temperature: temperature,
      losses: verdicts.losses(rows.labels, temperature: temperature.value),
      right: rows.labels.indices.filter { answers[$0] == rows.labels[$0] })
  }

  var photoCount: Int { Set(rows.photos).count }

  /// Whether the mean difference of the losses, a photo's views taken together, is beyond chance.
  private func isBetter(_ one: Candidate, than other: Candidate) -> Bool {
    meanOfPhotos(rows.labels.indices.map { other.losses[$0] - one.losses[$0] }).isAboveChance
  }

  /// The rule with the temperatures of what leads up to it, and the confidence that suffices.
  private func result(_ chosen: Candidate, _ first: Candidate) -> Result {
    var decision = Decision(weights: chosen.weights, temperatures: [], confidence: nil)
    var stages: [(calibrated: Verdicts, cautious: Verdicts)] = []
    for looked in 1...scales {
      var stage = chosen
      if looked < scales {
        stage = candidate(
          decision.prefix(looked) + [Float](repeating: 0, count: scales - looked))
      }
      let (verdicts, temperature) = (stage.verdicts, stage.temperature)
      decision.temperatures.append(temperature.value)
      stages.append(
        (verdicts.divided(by: temperature.value), verdicts.divided(by: temperature.cautious)))
    }
    decision.scaleTemperatures = (0..<scales).map { scale in
      candidate((0..<scales).map { $0 == scale ? 1 : 0 }).temperature.value
    }
    decision.confidence = confidence(stages)
    return Result(
      decision: decision,
      accuracy: rows.accuracy(chosen.verdicts.answers),
      loss: chosen.loss, firstLoss: first.loss)
  }

  /// The mean over photos of a value that each row has; a photo's views count as one.
  func meanOfPhotos(_ values: [Double]) -> SampleMean {
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for row in rows.labels.indices {
      let known = sums[rows.photos[row]] ?? (0, 0)
      sums[rows.photos[row]] = (known.sum + values[row], known.count + 1)
    }
    return SampleMean(sums.keys.sorted().compactMap { sums[$0].map { $0.sum / $0.count } })
  }
}
