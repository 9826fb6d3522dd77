internal import Images

/// A square picture being painted, its edges antialiased by signed distances.
struct Canvas {
  let size: Int
  private var inks: [Ink]

  init(size: Int) {
    self.size = size
    inks = Array(repeating: Ink(0, 0, 0), count: size * size)
  }

  /// Replaces each pixel, given its centre and what it is.
  mutating func paint(_ body: (Point, Ink) -> Ink) {
    let step = 1 / Float(size)
    for row in 0..<size {
      for column in 0..<size {
        let center = Point(Float(column) + 0.5, Float(row) + 0.5) * step
        inks[row * size + column] = body(center, inks[row * size + column])
      }
    }
  }

  /// Paints a figure that is given in `frame`.
  ///
  /// - Parameters:
  ///   - softness: How wide its edge fades, in `frame`'s unit; never less than a pixel.
  ///   - ink: The ink at a point of `frame` at a signed distance from the edge.
  mutating func fill<Shape: Figure>(
    _ figure: Shape, in frame: Frame = .picture, softness: Float = 0, opacity: Float = 1,
    ink: (Point, Float) -> Ink
  ) {
    let pixels = Float(size)
    let scale = frame.scale * pixels
    let fade = max(1, softness * scale)
    let margin = (fade / 2 + 1) / scale
    let (low, high) = figure.bounds
    let corners = [
      low - margin, high + margin, Point(low.x - margin, high.y + margin),
      Point(high.x + margin, low.y - margin),
    ].map { frame.toPicture($0) * pixels }
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    let columns = range(xs)
    for row in range(ys) {
      for column in columns {
        let center = Point(Float(column) + 0.5, Float(row) + 0.5) / pixels
        let point = frame.fromPicture(center)
        let distance = figure.distance(point)
        let cover = clamp(0.5 - distance * scale / fade) * opacity
        guard cover > 0 else { continue }
        let index = row * size + column
        inks[index] = mix(inks[index], ink(point, distance), cover)
      }
    }
  }

  /// Paints a figure with one ink.
  mutating func fill<Shape: Figure>(
    _ figure: Shape, in frame: Frame = .picture, softness: Float = 0, opacity: Float = 1, _ ink: Ink
  ) {
    fill(figure, in: frame, softness: softness, opacity: opacity) { _, _ in ink }
  }

  /// The pixels that the values of one axis reach, cut to the picture.
  private func range(_ values: [Float]) -> Range<Int> {
    var low = Float(size)
    var high: Float = 0
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    let first = Int(max(0, min(Float(size), low)))
    return first..<max(first, Int(max(0, min(Float(size), high + 1))))
  }

  /// The picture in 8 bits.
  var image: Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * inks.count)
    for ink in inks {
      for channel in 0..<3 { pixels.append(UInt8(clamp(ink[channel]) * 255 + 0.5)) }
    }
    return Image(width: size, height: size, pixels: pixels)
  }
}
