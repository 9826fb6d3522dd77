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
    self.minimumArea = minimumArea
    self.flips = flips
    self.jitter = jitter
    precondition(
      isSensible,
      "Augmentation: minimumArea \(minimumArea) is not in 0...1, or jitter \(jitter) not in 0..<1")
  }

  /// Whether the numbers are in their ranges, which those of a file may not be.
  package var isSensible: Bool {
    minimumArea > 0 && minimumArea <= 1 && jitter >= 0 && jitter < 1
  }

  /// How far the view's width to height may go from 1.
  private static let maximumStretch = 4.0 / 3

  /// Draws a view of a source: its area is uniform from `minimumArea` to 1 of the source's, its
  /// place uniform in what it leaves, and it is as near to a square as the source allows.
  ///
  /// - Parameters:
  ///   - source: the picture looked at; only its sides count.
  ///   - generator: where the chances come from.
  public func view(of source: Image, using generator: inout RandomGenerator) -> SourceView {
    // No call of the C library but the square root, which is exact everywhere: same seed, same bits.
    let (sourceWidth, sourceHeight) = (Double(source.width), Double(source.height))
    let share = 1 - Double(generator.uniform()) * (1 - Double(minimumArea))
    let area = share * sourceWidth * sourceHeight
    let stretch = 1 + Double(generator.uniform()) * (Self.maximumStretch - 1)
    let isWide = generator.uniform() < 0.5
    let ratio = isWide ? stretch : 1 / stretch
    // What does not fit on one side is made up for on the other, so that the area stays.
    let tall = min(sourceHeight, (area / ratio).squareRoot())
    let wide = min(sourceWidth, area / tall)
    let (width, height) = (wide / sourceWidth, min(1, area / wide / sourceHeight))
    let x = Double(generator.uniform()) * (1 - width)
    let y = Double(generator.uniform()) * (1 - height)
    let isFlipped = generator.uniform() < 0.5 && flips
    func gain() -> Float { 1 + jitter * (2 * generator.uniform() - 1) }
    return SourceView(
      rectangle: Rectangle(x: x, y: y, width: width, height: height), isFlipped: isFlipped,
      brightness: gain(), contrast: gain(), saturation: gain())
  }
}

/// One look at a source: which part of it is shown as a square, mirrored or not, in which light.
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
}
