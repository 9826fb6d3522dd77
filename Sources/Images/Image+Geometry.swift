extension Image {
  /// The part of the picture with the corner (x, y); it must lie within the picture and not be
  /// empty, else this traps.
  public func cropped(x: Int, y: Int, width: Int, height: Int) -> Image {
    precondition(
      x >= 0 && y >= 0 && width > 0 && height > 0 && width <= self.width - x
        && height <= self.height - y,
      "Image.cropped: \(width) x \(height) at (\(x), \(y)) is not within \(self.width) x "
        + "\(self.height)")
    let samples = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        guard var to = target.baseAddress, let start = source.baseAddress else { return }
        for row in y..<y + height {
          to.update(from: start + 3 * (row * self.width + x), count: 3 * width)
          to += 3 * width
        }
      }
      filled = 3 * width * height
    }
    return Image(width: width, height: height, pixels: samples)
  }

  /// The mirror image: left is right.
  public func flippedHorizontally() -> Image {
    rearranged(width: width, height: height, start: width - 1, column: -1, row: width)
  }
}
