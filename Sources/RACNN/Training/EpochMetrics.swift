/// How the boxes of a scale were distributed over an epoch's training photos.
public struct BoxStatistics: Codable, Hashable, Sendable {
  /// The scale that looks at the boxes, from 2.
  public var scale: Int
  /// The mean half-side, a parent's side (tl).
  public var halfSide: Double
  /// The standard deviation of the centres over the photos, a parent's side; both axes' mean.
  public var spread: Double
  /// The share of boxes as large as can be (half-side above 0.48).
  public var largest: Double
  /// The share of boxes as small as can be (half-side below 0.18).
  public var smallest: Double
  /// The share of boxes within 2 % of their play from a border of their parent.
  public var atBorder: Double
  /// The share of boxes to which any of the three holds: there the sigmoid is saturated.
  public var saturated: Double

  /// Whether they hardly depend on the photo.
  var isAtOnePlace: Bool { spread < 0.01 }
}

/// What an epoch came to: a line of `metrics.jsonl`.
public struct EpochMetrics: Codable, Hashable, Sendable {
  /// The stage.
  public var stage: Stage
  /// The epoch of the stage, from 1.
  public var epoch: Int
  /// The stage's epochs.
  public var epochs: Int
  /// Mean training losses: `total`, `classification 1`, ..., `ranking 1-2`, ..., `proposal 1`, ...
  public var losses: [String: Double]
  /// The share of active hinges of the ranking loss: `1-2`, `2-3`.
  public var activeHinges: [String: Double]
  /// How the boxes were distributed.
  public var boxes: [BoxStatistics]
  /// Accuracy on the augmented training photos while they were learned, by scale.
  public var trainingAccuracy: [String: Double]
  /// Accuracy on the validation photos, by scales as far as they are trained: `1`, `1+2`, ...
  public var validationAccuracy: [String: Double]
  /// The loss that patience looks at; nil without validation photos.
  public var validationLoss: Double?
  /// The backbones' (or APNs') learning rate at the epoch's end.
  public var learningRate: Double
  /// Wall-clock seconds.
  public var seconds: Double
  /// CPU seconds over all threads.
  public var cpuSeconds: Double
  /// What computed it, such as "oneDNN 2.6.3, AVX-512"; nil in runs of before this was kept.
  public var kernels: String?
  /// Seconds until the end of training, estimated.
  public var secondsLeft: Double?
  /// What looks wrong.
  public var warnings: [TrainingWarning]
}

extension EpochMetrics {
  /// Takes what validation photos say of the scales.
  mutating func add(_ tally: Tally) {
    validationAccuracy = tally.accuracy
    // A scale that has not learned all it will says nothing of the zoom.
    let isLearning = stage.phase == .heads || (stage.phase == .classify && epoch < epochs)
    if !isLearning { warnings += TrainingWarning.found(right: tally.right) }
  }
}
