/// A filled figure, by its signed distance: negative within, positive outside, near the edge in the
/// frame's unit.
protocol Figure {
  func distance(_ p: Point) -> Float
  /// The corners of a box that holds the figure.
  var bounds: (low: Point, high: Point) { get }
}

struct Ellipse: Figure {
  let center: Point
  let radii: Point

  func distance(_ p: Point) -> Float {
    let q = (p - center) / radii
    let slope = length(q / radii)
    guard slope > 0 else { return -min(radii.x, radii.y) }
    let norm = length(q)
    return norm * (norm - 1) / slope
  }

  var bounds: (low: Point, high: Point) { (center - radii, center + radii) }
}

/// A circle's line.
struct Ring: Figure {
  let center: Point
  let radius: Float
  let thickness: Float

  func distance(_ p: Point) -> Float {
    let offset = length(p - center) - radius
    return abs(offset) - thickness / 2
  }

  var bounds: (low: Point, high: Point) {
    let reach = Point(repeating: radius + thickness / 2)
    return (center - reach, center + reach)
  }
}

/// A line through points whose half-width goes evenly from one value to another.
struct Stroke: Figure {
  let points: [Point]
  let start: Float
  let end: Float

  init(_ points: [Point], _ start: Float, _ end: Float) {
    self.points = points
    self.start = start
    self.end = end
  }

  func distance(_ p: Point) -> Float {
    var best = Float.greatestFiniteMagnitude
    let count = Float(points.count - 1)
    for index in 1..<points.count {
      let a = points[index - 1]
      let along = points[index] - a
      let offset = p - a
      let t = clamp(dot(offset, along) / max(dot(along, along), 1e-12))
      let width = mix(start, end, (Float(index - 1) + t) / count)
      best = min(best, length(offset - along * t) - width)
    }
    return best
  }

  var bounds: (low: Point, high: Point) { box(points, reach: max(start, end)) }
}

struct Polygon: Figure {
  let points: [Point]

  func distance(_ p: Point) -> Float {
    var square = Float.greatestFiniteMagnitude
    var isInside = false
    var previous = points[points.count - 1]
    for point in points {
      let edge = previous - point
      let offset = p - point
      let t = clamp(dot(offset, edge) / max(dot(edge, edge), 1e-12))
      let gap = offset - edge * t
      square = min(square, dot(gap, gap))
      if (point.y > p.y) != (previous.y > p.y) {
        let crossing = point.x + edge.x * (p.y - point.y) / edge.y
        if p.x < crossing { isInside.toggle() }
      }
      previous = point
    }
    return isInside ? -square.squareRoot() : square.squareRoot()
  }

  var bounds: (low: Point, high: Point) { box(points, reach: 0) }
}

/// What two figures share.
struct Overlap<First: Figure, Second: Figure>: Figure {
  let first: First
  let second: Second

  func distance(_ p: Point) -> Float { max(first.distance(p), second.distance(p)) }

  var bounds: (low: Point, high: Point) { first.bounds }
}

/// The least of two distances with the corner between them filled, `reach` wide.
func smoothMinimum(_ a: Float, _ b: Float, reach: Float) -> Float {
  let overlap = max(reach - abs(a - b), 0) / reach
  return min(a, b) - overlap * overlap * reach / 4
}

private func box(_ points: [Point], reach: Float) -> (low: Point, high: Point) {
  var low = points[0]
  var high = points[0]
  for point in points {
    low = pointwiseMin(low, point)
    high = pointwiseMax(high, point)
  }
  return (low - reach, high + reach)
}
