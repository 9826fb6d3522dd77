/// A colour of 8-bit samples.
public struct Color: Hashable, Sendable {
  /// The amount of red, 0 to 255.
  public var red: UInt8
  /// The amount of green, 0 to 255.
  public var green: UInt8
  /// The amount of blue, 0 to 255.
  public var blue: UInt8

  /// Makes a colour from its three amounts.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// All light.
  public static let white = Color(red: 255, green: 255, blue: 255)
  /// No light.
  public static let black = Color(red: 0, green: 0, blue: 0)
}
