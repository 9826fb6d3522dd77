/// A rectangle in pixels, measured from the top left corner of a picture; edges lie between pixels.
public struct Rectangle: Hashable, Sendable, Codable {
  /// The left edge.
  public var x: Double
  /// The upper edge.
  public var y: Double
  /// From the left edge to the right one.
  public var width: Double
  /// From the upper edge to the lower one.
  public var height: Double

  /// Makes a rectangle from its corner and sides.
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The rectangle in a picture that is larger by these factors.
  public func scaled(x horizontally: Double, y vertically: Double) -> Rectangle {
    Rectangle(
      x: x * horizontally, y: y * vertically, width: width * horizontally,
      height: height * vertically)
  }
}
