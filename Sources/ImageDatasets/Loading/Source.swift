public import Images

/// A photo at the resolution that crops are sampled from.
///
/// Networks see squares of S by S pixels of it. Unless it is varied, that is the square in the middle
/// that has 7/8 of the shorter side: what lies at the edge is seldom the subject, and a subject shown
/// larger is told apart better. A photo squashed to a square would show every thing distorted and
/// smaller. (A linear classifier on the embedded network's descriptors at 128 pixels, by
/// cross-validation on the training photos of 20 classes of CUB-200-2011: 68.5 % so, 64.5 % on squares
/// as long as the shorter side, 61.5 % on squashed photos, 52.7 % on photos with bars around them;
/// Tests/ReferenceImplementations/views.py.)
public struct Source: Sendable {
  /// The part of the shorter side that is seen: 7/8, as most networks trained on ImageNet are used.
  public static let centralPart = (numerator: 7, denominator: 8)

  /// The photo, resized. More than four times as long as wide, it is cut to that.
  public let image: Image
  /// The upright photo's width in pixels.
  public let width: Int
  /// The upright photo's height in pixels.
  public let height: Int
  /// Whether the photo's file lacks its end marker; see `Photo.lacksEnd`.
  public let lacksEnd: Bool

  /// The side of the square in the middle, in pixels of `image`.
  private let size: Int

  /// Resizes a photo so that the square in the middle has `size` pixels a side.
  public init(_ photo: Photo, size: Int) {
    self.size = size
    width = photo.width
    height = photo.height
    lacksEnd = photo.lacksEnd
    let image = photo.image.cut(toRatio: 4)
    let short = min(image.width, image.height)
    let target = Self.shorterSide(size)
    func scaled(_ side: Int) -> Int { max(target, (side * target + short / 2) / short) }
    self.image =
      short == target
      ? image : image.resized(width: scaled(image.width), height: scaled(image.height))
  }

  /// The shorter side of a source, in pixels, whose square in the middle has `size`.
  public static func shorterSide(_ size: Int) -> Int {
    (size * centralPart.denominator + centralPart.numerator - 1) / centralPart.numerator
  }

  /// The look at the square in the middle, without any change.
  public var center: SourceView {
    // At whole pixels, so that they are copied and not blurred.
    func part(_ extent: Int) -> (start: Double, length: Double) {
      (Double((extent - size) / 2) / Double(extent), Double(size) / Double(extent))
    }
    let (x, y) = (part(image.width), part(image.height))
    return SourceView(
      rectangle: Rectangle(x: x.start, y: y.start, width: x.length, height: y.length))
  }

  /// The square in the middle of a photo, in its pixels.
  public static func center(width: Int, height: Int) -> Rectangle {
    let part = Double(centralPart.numerator) / Double(centralPart.denominator)
    let side = Double(min(width, height)) * part
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
