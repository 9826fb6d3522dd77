/// How often a network is right on a split, and where it looked.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The split's name.
  public var split: String
  /// Photos.
  public var count: Int
  /// Shares of right answers by `1`, `2`, `3` (a scale alone), `1+2` (the mean of two scales'
  /// probabilities) and `1+2+3` (the network's decision).
  public var accuracy: [String: Double]
  /// Right answers, by the same keys.
  public var correct: [String: Int]
  /// Right decisions by class.
  public var classes: [ClassScore]
  /// Photos by true class, then by decided class, in the order of `classes`.
  public var confusion: [[Int]]
  /// How well the boxes fit the subjects', by scale; nil where the data set has none.
  public var boxes: [BoxScore]?
  /// The same with boxes that were not learned; nil where it was not asked for.
  public var controls: [ControlScore]?
  /// Wall-clock seconds.
  public var seconds: Double
  /// CPU seconds over all threads.
  public var cpuSeconds: Double
}

/// How often a class was recognised.
public struct ClassScore: Codable, Hashable, Sendable {
  /// The class.
  public var name: String
  /// Its photos.
  public var count: Int
  /// Those decided right.
  public var correct: Int
}

/// How well the boxes that a scale looks at fit the subjects' boxes, which training never sees.
public struct BoxScore: Codable, Hashable, Sendable {
  /// The scale, from 2.
  public var scale: Int
  /// Photos whose subject has a box.
  public var count: Int
  /// The share of boxes whose centre is inside the subject's.
  public var centerInside: Double
  /// The mean of intersection over union.
  public var meanIoU: Double
  /// The mean share of the subject's box that is covered.
  public var meanCoverage: Double
}
