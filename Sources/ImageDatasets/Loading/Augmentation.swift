public import Images
public import Tensors

/// How a photo is varied from epoch to epoch: one affine view, from which all scales are sampled.
public struct Augmentation: Sendable, Hashable, Codable {
  /// The least part of the photo's area that is seen, above 0 and at most 1.
  public var minimumArea: Float
  /// Whether one view in two is seen in a mirror.
  public var flips: Bool
  /// How far brightness, contrast and saturation may go from 1, at least 0 and below 1.
  public var jitter: Float

  /// Makes a variation; the defaults suit photos of things that have no left and right.
  public init(minimumArea: Float = 0.5, flips: Bool = true, jitter: Float = 0.1) {
    precondition(
      minimumArea > 0 && minimumArea <= 1 && jitter >= 0 && jitter < 1,
      "Augmentation: minimumArea \(minimumArea) is not in 0...1, or jitter \(jitter) not in 0..<1")
    self.minimumArea = minimumArea
    self.flips = flips
    self.jitter = jitter
  }

  /// How far the view's width to height may go from the photo's.
  private static let maximumStretch = 4.0 / 3

  /// Draws a view: the area is uniform from `minimumArea` to 1, the place uniform in what it leaves.
  public func view(using generator: inout RandomGenerator) -> SourceView {
    // No call of the C library but the square root, which is exact everywhere: same seed, same bits.
    let area = 1 - Double(generator.uniform()) * (1 - Double(minimumArea))
    let limit = min(Self.maximumStretch, 1 / area)
    let stretch = 1 + Double(generator.uniform()) * (limit - 1)
    let isWide = generator.uniform() < 0.5
    let long = min(1, (area * stretch).squareRoot())
    let short = min(1, (area / stretch).squareRoot())
    let (width, height) = isWide ? (long, short) : (short, long)
    let x = Double(generator.uniform()) * (1 - width)
    let y = Double(generator.uniform()) * (1 - height)
    let isFlipped = generator.uniform() < 0.5 && flips
    func gain() -> Float { 1 + jitter * (2 * generator.uniform() - 1) }
    return SourceView(
      rectangle: Rectangle(x: x, y: y, width: width, height: height), isFlipped: isFlipped,
      brightness: gain(), contrast: gain(), saturation: gain())
  }
}

/// One look at a source: which part of it, mirrored or not, in which light.
public struct SourceView: Sendable, Hashable, Codable {
  /// The part that is seen, in units of the source's sides, within 0...1.
  public var rectangle: Rectangle
  /// Whether it is seen in a mirror: left is right.
  public var isFlipped: Bool
  /// What samples are multiplied by.
  public var brightness: Float
  /// What the distance of samples from mid-grey (127.5) is multiplied by.
  public var contrast: Float
  /// What the distance of samples from the pixel's luma is multiplied by.
  public var saturation: Float

  /// Makes a view from its parts.
  public init(
    rectangle: Rectangle, isFlipped: Bool = false, brightness: Float = 1, contrast: Float = 1,
    saturation: Float = 1
  ) {
    self.rectangle = rectangle
    self.isFlipped = isFlipped
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
  }

  /// The source as it is.
  public static let whole = SourceView(rectangle: Rectangle(x: 0, y: 0, width: 1, height: 1))
}
