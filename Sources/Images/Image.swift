/// An upright picture of 8-bit red, green and blue samples.
public struct Image: Sendable, Hashable {
  /// Pixels a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `3 * width * height` samples, row by row from the top, red, green and blue of each pixel.
  public var pixels: [UInt8]

  /// Makes a picture from its samples.
  ///
  /// - Parameter pixels: `3 * width * height` samples, row by row; another count is a programmer's
  ///   error and traps.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == 3 * width * height,
      "Image: \(width) x \(height) needs \(3 * width * height) samples, not \(pixels.count)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

extension Image: CustomStringConvertible {
  /// The size; the samples are too many to print.
  public var description: String { "Image(\(width) x \(height))" }
}
