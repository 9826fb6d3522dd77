/// Ways in which attention is known to go wrong; each is told by name as it begins.
public enum TrainingWarning: String, Codable, CaseIterable, Sendable {
  /// Half of the boxes or more are as large as they can be.
  case boxesGrowToWhole = "boxes grow to the whole"
  /// Half of the boxes or more are as small as they can be.
  case boxesShrinkToLimit = "boxes shrink to the limit"
  /// Half of the boxes or more touch a border of their parent.
  case boxesStickToBorder = "boxes stick to a border"
  /// The boxes are at the same place whatever the photo shows.
  case boxesIgnorePhotos = "boxes ignore the photos"
  /// Scale 2 is right less often than scale 1.
  case scale2BelowScale1 = "scale 2 below scale 1"
  /// Scale 3 is right less often than scale 2.
  case scale3BelowScale2 = "scale 3 below scale 2"
  /// No hinge of the ranking loss is active, so the APNs learn nothing.
  case noActiveHinges = "no active hinges"
  /// On validation photos no rule that looks closer is right as often as scale 1 alone.
  case zoomingDoesNotHelp = "zooming does not help"

  /// Whether it says that boxes are of no use as they have become.
  public var isCollapse: Bool {
    switch self {
    case .boxesGrowToWhole, .boxesShrinkToLimit, .boxesStickToBorder, .boxesIgnorePhotos: true
    case .scale2BelowScale1, .scale3BelowScale2, .noActiveHinges, .zoomingDoesNotHelp: false
    }
  }

  /// What it means and what to do, in one sentence.
  public var explanation: String {
    switch self {
    case .boxesGrowToWhole: "the zoom shows nothing new; lower the ranking rate"
    case .boxesShrinkToLimit: "the zoom may cut the subject; lower the ranking rate"
    case .boxesStickToBorder: "their gradient vanishes there; lower the ranking rate"
    case .boxesIgnorePhotos: "the APN has learned a mean place; teach it more epochs"
    case .scale2BelowScale1: "the first zoom does not help by itself yet"
    case .scale3BelowScale2: "the second zoom does not help by itself yet"
    case .noActiveHinges: "each scale is already surer than the last by the margin"
    case .zoomingDoesNotHelp:
      "scale 1 decides alone; photos with more detail (--source-size) or more of them may change that"
    }
  }

  /// The warnings that an epoch deserves.
  static func found(in metrics: EpochMetrics) -> [TrainingWarning] {
    var found: [TrainingWarning] = []
    // Initial boxes have their size by definition and stand at borders where the response does;
    // only boxes of an APN can collapse.
    let proposes = metrics.stage.phase == .propose || metrics.stage.phase == .alternate
    for box in metrics.boxes where proposes {
      if box.largest >= 0.5 { found.append(.boxesGrowToWhole) }
      if box.smallest >= 0.5 { found.append(.boxesShrinkToLimit) }
      if box.atBorder >= 0.5 { found.append(.boxesStickToBorder) }
      if box.spread < 0.01 && metrics.epoch > 1 { found.append(.boxesIgnorePhotos) }
    }
    // A classifier of a backbone that has not learned yet says nothing of the zoom.
    let accuracy = metrics.stage.phase == .heads ? [:] : metrics.validationAccuracy
    if let one = accuracy["1"], let two = accuracy["2"], two < one {
      found.append(.scale2BelowScale1)
    }
    if let two = accuracy["2"], let three = accuracy["3"], three < two {
      found.append(.scale3BelowScale2)
    }
    if !metrics.activeHinges.isEmpty && metrics.activeHinges.values.allSatisfy({ $0 == 0 }) {
      found.append(.noActiveHinges)
    }
    return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
