public import Images

/// A photo at the resolution that crops are sampled from: its shorter side is S pixels long.
///
/// Networks see squares of it. Unless it is varied, that is the square in the middle, as long as the
/// shorter side: a photo squashed to a square would show every thing distorted and smaller (on 20
/// classes of CUB-200-2011 at 128 pixels, a linear classifier on the embedded network's descriptors
/// was right on 64.4 % of squashed test photos, on 69.9 % of squares, and on 59.8 % of photos with
/// bars around them).
public struct Source: Sendable {
  /// The photo, resized. More than four times as long as wide, it is cut to that.
  public let image: Image
  /// The upright photo's width in pixels.
  public let width: Int
  /// The upright photo's height in pixels.
  public let height: Int

  /// Resizes a photo so that its shorter side has `size` pixels.
  public init(_ photo: Photo, size: Int) {
    width = photo.width
    height = photo.height
    let image = photo.image.cut(toRatio: 4)
    let short = min(image.width, image.height)
    func scaled(_ side: Int) -> Int { max(size, (side * size + short / 2) / short) }
    self.image =
      short == size
      ? image : image.resized(width: scaled(image.width), height: scaled(image.height))
  }

  /// The look at the square in the middle, without any change.
  public var center: SourceView {
    let side = min(image.width, image.height)
    // At whole pixels, so that they are copied and not blurred.
    func part(_ extent: Int) -> (start: Double, length: Double) {
      (Double((extent - side) / 2) / Double(extent), Double(side) / Double(extent))
    }
    let (x, y) = (part(image.width), part(image.height))
    return SourceView(
      rectangle: Rectangle(x: x.start, y: y.start, width: x.length, height: y.length))
  }

  /// The square in the middle of a photo, in its pixels.
  public static func center(width: Int, height: Int) -> Rectangle {
    let side = Double(min(width, height))
    return Rectangle(
      x: (Double(width) - side) / 2, y: (Double(height) - side) / 2, width: side, height: side)
  }
}

extension Image {
  /// The middle of a picture whose longer side is more than `ratio` times the shorter.
  fileprivate func cut(toRatio ratio: Int) -> Image {
    let (width, height) = (min(width, ratio * height), min(height, ratio * width))
    guard width < self.width || height < self.height else { return self }
    return cropped(
      x: (self.width - width) / 2, y: (self.height - height) / 2, width: width, height: height)
  }
}
