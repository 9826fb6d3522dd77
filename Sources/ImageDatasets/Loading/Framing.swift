public import Images

/// Which part of a photo a network is shown, when it is not varied.
public enum Framing: String, Codable, CaseIterable, Sendable {
  /// The square in the middle that has 7/8 of the shorter side, as most networks trained on ImageNet
  /// are used: what lies at the edge is seldom the subject, and a subject shown larger is told apart
  /// better.
  case middle
  /// The largest square in the middle.
  case square
  /// All of it, squashed to a square: nothing is lost, and every thing is shown distorted and smaller.
  case whole

  /// The part of the shorter side that is seen of the middle.
  static let middlePart = 7.0 / 8

  /// What is seen of an upright photo, in its pixels. Of one that is more than four times as long as
  /// wide, a source has no more than that.
  public func rectangle(width: Int, height: Int) -> Rectangle {
    let short = Double(min(width, height))
    func part(_ extent: Int) -> (start: Double, length: Double) {
      let length =
        switch self {
        case .middle: short * Self.middlePart
        case .square: short
        case .whole: min(Double(extent), short * Double(Source.largestRatio))
        }
      return ((Double(extent) - length) / 2, length)
    }
    let (x, y) = (part(width), part(height))
    return Rectangle(x: x.start, y: y.start, width: x.length, height: y.length)
  }
}
