public import Images

/// A photo at the resolution that crops are sampled from.
///
/// Networks see squares of S by S pixels of it. Unless it is varied, that is what a `Framing` says,
/// the middle where nothing speaks against it. (A linear classifier on the embedded network's
/// descriptors at 128 pixels, by cross-validation on the training photos of 20 classes of
/// CUB-200-2011: 68.5 % so, 64.5 % on the largest squares, 61.5 % on squashed photos, 52.7 % on photos
/// with bars around them; Tests/ReferenceImplementations/views.py.)
public struct Source: Sendable {
  /// How many times as long as wide a source is at most.
  static let largestRatio = 4

  /// The photo, resized. Longer than `largestRatio` allows, it is cut to that.
  public let image: Image
  /// The upright photo's width in pixels.
  public let width: Int
  /// The upright photo's height in pixels.
  public let height: Int
  /// Whether the photo's file lacks its end marker; see `Photo.lacksEnd`.
  public let lacksEnd: Bool

  /// The side of the middle, in pixels of `image`.
  private let size: Int

  /// Resizes a photo so that its middle has `size` pixels a side.
  public init(_ photo: Photo, size: Int) {
    self.size = size
    width = photo.width
    height = photo.height
    lacksEnd = photo.lacksEnd
    let image = photo.image.cut(toRatio: Self.largestRatio)
    let short = min(image.width, image.height)
    let target = Self.shorterSide(size)
    func scaled(_ side: Int) -> Int { max(target, (side * target + short / 2) / short) }
    self.image =
      short == target
      ? image : image.resized(width: scaled(image.width), height: scaled(image.height))
  }

  /// A source as it was once made.
  init(_ image: Image, of photo: (width: Int, height: Int), size: Int, lacksEnd: Bool) {
    self.image = image
    (width, height) = photo
    self.size = size
    self.lacksEnd = lacksEnd
  }

  /// The shorter side of a source, in pixels, whose middle has `size`.
  public static func shorterSide(_ size: Int) -> Int {
    Int((Double(size) / Framing.middlePart).rounded(.up))
  }

  /// The look at what a framing shows, without any change.
  public func view(_ framing: Framing) -> SourceView {
    let short = min(image.width, image.height)
    func part(_ extent: Int) -> (start: Double, length: Double) {
      // At whole pixels, so that those of the middle are copied and not blurred.
      let length =
        switch framing {
        case .middle: size
        case .square: short
        case .whole: extent
        }
      return (Double((extent - length) / 2) / Double(extent), Double(length) / Double(extent))
    }
    let (x, y) = (part(image.width), part(image.height))
    return SourceView(
      rectangle: Rectangle(x: x.start, y: y.start, width: x.length, height: y.length))
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
