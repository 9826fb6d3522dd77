/// How often a network is right on a split, and where it looked.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The split's name.
  public var split: String
  /// Photos.
  public var count: Int
  /// Shares of right answers by `1`, `2`, `3` (a scale alone), `1+2` (the mean of two scales'
  /// probabilities) and `1+2+3` (the network's decision); in a network with a fusion layer also by
  /// `mean`, `logits` and `fusion`: what the mean of all scales, the sum of their logits and that layer
  /// would decide.
  public var accuracy: [String: Double]
  /// Right answers, by the same keys.
  public var correct: [String: Int]
  /// Right decisions by class.
  public var classes: [ClassScore]
  /// Photos by true class, then by decided class, in the order of `classes`.
  public var confusion: [[Int]]
  /// How near the decisions' probabilities are to how often they are right; nil in scores of before
  /// that was measured.
  public var calibration: Calibration?
  /// The wrong decisions that were surest, the surest first; nil in scores of before they were kept.
  public var mistakes: [Mistake]?
  /// How well the boxes fit the subjects', by scale; nil where the data set has none.
  public var boxes: [BoxScore]?
  /// What zooming gains by how much of the photo the subject takes, the smallest quarter of them
  /// first; nil where the data set has no boxes, and where the network has one scale.
  public var quartiles: [QuartileScore]?
  /// The photos with the least share of the last scale's box on the subject, the worst first; nil
  /// where the data set has no boxes.
  public var worstBoxes: [PhotoBoxScore]?
  /// Multiply-accumulates of a photo once 1, 2, ... scales have looked.
  public var multiplyAccumulates: [Double]?
  /// How many scales look for the decision: those after the last that has a weight need not; nil in
  /// scores of before it was kept.
  public var looks: Int?
  /// The same with boxes that were not learned; nil where it was not asked for.
  public var controls: [ControlScore]?
  /// The same looking closer only where needed; nil where it was not asked for.
  public var adaptive: AdaptiveScore?
  /// Other networks on the same photos, after this one; nil where none were given.
  public var comparison: Comparison?
  /// Wall-clock seconds.
  public var seconds: Double
  /// CPU seconds over all threads.
  public var cpuSeconds: Double

  /// The same with the controls and the like of scores before, where there are none of its own.
  func withControls(of before: Evaluation?) -> Evaluation {
    guard let before else { return self }
    var all = self
    all.controls = controls ?? before.controls
    all.adaptive = adaptive ?? before.adaptive
    all.comparison = comparison ?? before.comparison
    return all
  }
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
  /// The share of boxes that hold at least nine tenths of the subject's; nil in scores of before it was
  /// measured.
  public var coversMost: Double?
  /// The mean share of the box that is on the subject's; nil in scores of before it was measured.
  public var meanOnSubject: Double?
}

/// What zooming gains on photos whose subjects are about as large.
public struct QuartileScore: Codable, Hashable, Sendable {
  /// The least share of the photo that a subject's box takes.
  public var least: Double
  /// The greatest.
  public var greatest: Double
  /// Photos.
  public var count: Int
  /// The accuracy of scale 1.
  public var first: Double
  /// The accuracy of the decision.
  public var decision: Double
  /// The decision's accuracy less scale 1's.
  public var gain: Interval
}

/// Where the last scale looked on a photo, against its subject.
public struct PhotoBoxScore: Codable, Hashable, Sendable {
  /// The photo, relative to the data set's folder.
  public var path: String
  /// The share of the box that is on the subject's.
  public var onSubject: Double
}
