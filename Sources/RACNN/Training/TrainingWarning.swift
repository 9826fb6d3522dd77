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
  /// Scale 2 is right for fewer photos than scale 1, beyond chance.
  case scale2BelowScale1 = "scale 2 below scale 1"
  /// Scale 3 is right for fewer photos than scale 2, beyond chance.
  case scale3BelowScale2 = "scale 3 below scale 2"
  /// After all its epochs a scale is right for hardly more of the photos that it learns than guessing.
  case learnsNothing = "nothing is learned"
  /// No hinge of the ranking loss is active, so the APNs learn nothing.
  case noActiveHinges = "no active hinges"
  /// On validation photos no rule that looks closer is right as often as scale 1 alone.
  case zoomingDoesNotHelp = "zooming does not help"

  /// Whether it says that boxes are of no use as they have become.
  public var isCollapse: Bool {
    switch self {
    case .boxesGrowToWhole, .boxesShrinkToLimit, .boxesStickToBorder, .boxesIgnorePhotos: true
    case .scale2BelowScale1, .scale3BelowScale2, .learnsNothing, .noActiveHinges,
      .zoomingDoesNotHelp:
      false
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
    case .learnsNothing:
      "answers are hardly better than guessing; train more epochs (--epochs) or larger pictures"
        + " (--input-size), and look whether the photos lie in the right folders"
    case .noActiveHinges: "each scale is already surer than the last by the margin"
    case .zoomingDoesNotHelp:
      "scale 1 decides alone; photos with more detail (--source-size) or more of them may change that"
    }
  }

  /// The warnings that an epoch deserves.
  ///
  /// - Parameters:
  ///   - classes: How many there are to guess from.
  ///   - taught: The boxes as the APNs were taught them, of each scale.
  package static func found(
    in metrics: EpochMetrics, classes: Int, taught: [BoxStatistics] = []
  ) -> [TrainingWarning] {
    var found: [TrainingWarning] = []
    // Initial boxes have their size by definition and stand at borders where the response does, and
    // so do taught ones: only the ranking loss can throw them there.
    switch metrics.stage.phase {
    case .propose where metrics.epoch == metrics.epochs:
      if metrics.boxes.contains(where: \.isAtOnePlace) { found.append(.boxesIgnorePhotos) }
    case .alternate:
      for box in metrics.boxes {
        let before = taught.first { $0.scale == box.scale }.map(collapses) ?? []
        found += collapses(of: box).filter { !before.contains($0) }
      }
    case .heads, .classify, .propose, .fuse: break
    }
    if metrics.stage.phase == .classify, metrics.epoch == metrics.epochs {
      let guessing = 1 / Double(max(1, classes))
      let accuracies = metrics.stage.scales.compactMap { metrics.trainingAccuracy["\($0)"] }
      // With one class there is nothing to learn.
      if classes > 1, accuracies.contains(where: { $0 < guessing + 0.1 * (1 - guessing) }) {
        found.append(.learnsNothing)
      }
    }
    if !metrics.activeHinges.isEmpty && metrics.activeHinges.values.allSatisfy({ $0 == 0 }) {
      found.append(.noActiveHinges)
    }
    return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// In what ways the boxes of a scale are of no use.
  private static func collapses(of box: BoxStatistics) -> [TrainingWarning] {
    (box.largest >= 0.5 ? [.boxesGrowToWhole] : [])
      + (box.smallest >= 0.5 ? [.boxesShrinkToLimit] : [])
      + (box.atBorder >= 0.5 ? [.boxesStickToBorder] : [])
      + (box.isAtOnePlace ? [.boxesIgnorePhotos] : [])
  }

  /// The zooms that are right for fewer validation photos than the scale before them, beyond chance:
  /// of 40 photos two or three make no difference.
  ///
  /// - Parameter right: Whether each scale, by its number, is right for each of the same photos.
  package static func found(right: [String: [Bool]]) -> [TrainingWarning] {
    func isBelow(_ zoom: String, _ parent: String) -> Bool {
      guard let zoom = right[zoom], let parent = right[parent] else { return false }
      return SampleMean(zip(parent, zoom).map { ($0 ? 1 : 0) - ($1 ? 1 : 0) }).isAboveChance
    }
    return (isBelow("2", "1") ? [.scale2BelowScale1] : [])
      + (isBelow("3", "2") ? [.scale3BelowScale2] : [])
  }
}
