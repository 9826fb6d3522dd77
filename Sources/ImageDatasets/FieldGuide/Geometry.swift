// Only + - * / and square roots are used in drawing, which IEEE 754 rounds alike everywhere: so a
// seed gives the same pixels on any machine, whatever its C library says sin() is.

/// A place or an offset; x to the right, y down.
typealias Point = SIMD2<Float>

/// Red, green and blue from 0 to 1.
typealias Ink = SIMD3<Float>

func dot(_ a: Point, _ b: Point) -> Float { a.x * b.x + a.y * b.y }

func length(_ p: Point) -> Float { dot(p, p).squareRoot() }

func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

func mix(_ a: Point, _ b: Point, _ t: Float) -> Point { a + (b - a) * t }

func mix(_ a: Ink, _ b: Ink, _ t: Float) -> Ink { a + (b - a) * t }

func clamp(_ x: Float) -> Float { max(0, min(1, x)) }

/// From 0 at `low` to 1 at `high`, with no slope at either; `high` may be the lesser.
func smoothStep(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = clamp((x - low) / (high - low))
  return t * t * (3 - 2 * t)
}

/// How bright an ink looks, from 0 to 1.
func brightness(_ ink: Ink) -> Float { 0.3 * ink.x + 0.59 * ink.y + 0.11 * ink.z }

/// The unit vector at an angle from -120 to 120 degrees: x its cosine, y its sine.
///
/// By t = tan(angle / 2) as a polynomial, so it is a true rotation, of nearly that angle.
func direction(degrees: Float) -> Point {
  let half = degrees * 0.008_726_646
  let square = half * half
  let t = half * (1 + square * (1 / 3 + square * (2 / 15 + square * 17 / 315)))
  return Point(1 - t * t, 2 * t) / (1 + t * t)
}

/// A quadratic Bézier curve in `count` segments.
func curve(_ a: Point, _ b: Point, _ c: Point, _ count: Int) -> [Point] {
  (0...count).map { index in
    let t = Float(index) / Float(count)
    return mix(mix(a, b, t), mix(b, c, t), t)
  }
}

/// A system of coordinates of one scale both ways, perhaps turned and mirrored.
struct Frame {
  let origin: Point
  let x: Point
  let y: Point

  /// The picture: the unit is its side, the origin its top left corner.
  static let picture = Frame(origin: Point(0, 0), x: Point(1, 0), y: Point(0, 1))

  /// The length of this frame's unit in the picture.
  var scale: Float { length(x) }

  func toPicture(_ p: Point) -> Point { origin + x * p.x + y * p.y }

  func fromPicture(_ p: Point) -> Point {
    let offset = p - origin
    return Point(dot(offset, x), dot(offset, y)) / dot(x, x)
  }

  /// A frame within this one, turned from x towards y.
  func turned(at origin: Point, degrees: Float, scale: Float = 1) -> Frame {
    let turn = direction(degrees: degrees) * scale
    return Frame(
      origin: toPicture(origin), x: x * turn.x + y * turn.y, y: y * turn.x - x * turn.y)
  }
}
