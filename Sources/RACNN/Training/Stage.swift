/// The kinds of training stages, in their order.
public enum TrainingPhase: String, Codable, CaseIterable, Sendable {
  /// Backbones frozen, linear classifiers trained.
  case heads
  /// Backbones and classifiers trained.
  case classify
  /// APNs taught the initial boxes.
  case propose
  /// Classifiers on the APNs' boxes, then APNs on the ranking loss, in turn.
  case alternate
  /// The fusion layer fitted, where there is one, and probabilities calibrated.
  case fuse
}

/// One stretch of training: a phase on some of the scales.
public struct Stage: Codable, Hashable, Sendable {
  /// What an alternation's stage moves.
  public enum Part: String, Codable, Sendable {
    /// Backbones and classifiers; the APNs are frozen.
    case classifiers
    /// The APNs; all else is frozen.
    case proposals
  }

  /// The kind.
  public let phase: TrainingPhase
  /// The scales whose parameters move, from 1.
  public let scales: [Int]
  /// The alternation's round, from 1; nil in other phases.
  public let round: Int?
  /// What moves in an alternation; nil in other phases.
  public let part: Part?

  /// A stage of `phase` in which parameters of `scales` move.
  public init(_ phase: TrainingPhase, scales: [Int], round: Int? = nil, part: Part? = nil) {
    self.phase = phase
    self.scales = scales
    self.round = round
    self.part = part
  }

  /// A name for people, such as `classify, scale 2`.
  public var title: String {
    if let round, let part { return "\(phase.rawValue) \(round), \(part.rawValue)" }
    if phase == .fuse { return phase.rawValue }
    let list = scales.map(String.init).joined(separator: " + ")
    return "\(phase.rawValue), scale\(scales.count > 1 ? "s" : "") \(list)"
  }
}
