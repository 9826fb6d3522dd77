public import ImageDatasets
internal import Tensors

/// How often a network is right that looks closer only where it has to.
public struct AdaptiveScore: Codable, Hashable, Sendable {
  /// The calibrated probability from which on it did not look closer.
  public var confidence: Float
  /// The share of right decisions.
  public var accuracy: Interval
  /// That of always looking at every scale that the decision takes, less it.
  public var loss: Interval
  /// The shares of photos that were decided after 1, 2, ... looks.
  public var looks: [Double]
  /// Multiply-accumulates of a photo, in the mean.
  public var multiplyAccumulates: Double
  /// The same, as a share of what that takes.
  public var share: Double
}

/// Scores a network that looks closer only at photos that are not decided yet.
///
/// The parameters are those of `evaluate`, and:
///
/// - Parameters:
///   - confidence: The calibrated probability that suffices, a finite number; above 1, none does. Nil
///     takes what training found.
///   - seed: Draws the bootstrap's photos.
/// - Throws: as `evaluate`, and `RACNNError.badSetting` when training found no confidence, or the one
///   given is not finite.
public func evaluateAdaptively(
  _ model: RecurrentAttentionCNN, on dataset: ImageDataset, split: Split,
  confidence: Float? = nil, seed: UInt64 = 1, batchSize: Int = 16, threads: Int = 1,
  cacheMegabytes: Int = 256, progress: (Int, Int) throws -> Void = { _, _ in }
) throws -> AdaptiveScore {
  let confidence = try model.confidence(confidence)
  let batches = try EvaluationBatches(
    model, dataset, split, batchSize: batchSize, threads: threads, cacheMegabytes: cacheMegabytes)
  var (right, whole): ([Bool], [Bool]) = ([], [])
  var looks = [Int](repeating: 0, count: model.scales.count)
  try batches.forEach(progress: progress) { batch, labels in
    let source = batch.tensor()
    let probabilities = withoutTape { model(source).probabilities }
    guard probabilities.isFinite else { throw RACNNError.noAnswer }
    let answers = probabilities.argmax()
    for (photos, output) in withoutTape({
      model.lookingAsNeeded(source, confidence: confidence)
    }) {
      looks[output.views.count - 1] += photos.count
      for (photo, answer) in zip(photos, output.probabilities.argmax()) {
        right.append(answer == labels[photo])
        whole.append(answers[photo] == labels[photo])
      }
    }
  }
  let bootstrap = Bootstrap(count: right.count, generator: RandomGenerator(seed: seed))
  let shares = looks.map { Double($0) / Double(right.count) }
  let costs = model.multiplyAccumulates()
  let mean = zip(shares, costs).reduce(0) { $0 + $1.0 * $1.1 }
  return AdaptiveScore(
    confidence: confidence, accuracy: bootstrap.interval(right),
    loss: bootstrap.difference(whole, right), looks: shares, multiplyAccumulates: mean,
    share: mean / max(1, costs[model.looks - 1]))
}

extension RecurrentAttentionCNN {
  /// The confidence that suffices: `given`, or else what training found.
  ///
  /// - Throws: `RACNNError.badSetting` where there is neither, or it is not finite.
  func confidence(_ given: Float?) throws(RACNNError) -> Float {
    if let given, !given.isFinite {
      throw .badSetting(
        name: "confidence", reason: "\(given) cannot be kept with a score",
        cure: "give a probability, or 2 to look at every scale")
    }
    guard let confidence = given ?? decision.confidence else {
      throw .badSetting(
        name: "adaptive",
        reason: "the model does not say which confidence suffices: it was trained without"
          + " validation photos, with one scale, or by an earlier version",
        cure: "look at every scale, or train it again")
    }
    return confidence
  }
}
