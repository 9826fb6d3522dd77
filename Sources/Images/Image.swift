/// An upright picture of 8-bit red, green and blue samples.
public struct Image: Sendable, Hashable {
  /// Pixels a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `3 * width * height` samples, row by row from the top, red, green and blue of each pixel.
  public var pixels: [UInt8]

  /// Makes a picture of one colour.
  public init(width: Int, height: Int, color: Color) {
    precondition(width > 0 && height > 0, "Image: \(width) x \(height) has no pixels")
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { samples, filled in
      filled = 3 * width * height
      for index in stride(from: 0, to: filled, by: 3) {
        samples[index] = color.red
        samples[index + 1] = color.green
        samples[index + 2] = color.blue
      }
    }
  }

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

extension Image {
  /// The colour of the pixel in column `x` of row `y`; a place outside of the picture traps.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let index = index(x, y)
      return Color(red: pixels[index], green: pixels[index + 1], blue: pixels[index + 2])
    }
    set {
      let index = index(x, y)
      pixels[index] = newValue.red
      pixels[index + 1] = newValue.green
      pixels[index + 2] = newValue.blue
    }
  }

  private func index(_ x: Int, _ y: Int) -> Int {
    precondition(
      x >= 0 && x < width && y >= 0 && y < height,
      "Image: (\(x), \(y)) is not within \(width) x \(height)")
    return 3 * (y * width + x)
  }
}

extension Image: CustomStringConvertible {
  /// The size; the samples are too many to print.
  public var description: String { "Image(\(width) x \(height))" }
}
