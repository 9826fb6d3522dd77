/// Where a bird is and how it holds itself.
///
/// Its frame has the head's centre as origin and the head's diameter as unit, x forwards.
struct Pose {
  let frame: Frame
  let headTurn: Float
  /// The unit vector from tail to breast, and the one from belly to back.
  let forwards: Point
  let upwards: Point
  /// The body's half-length and half-height, and its centre.
  let long: Float
  let high: Float
  let body: Point
  let tail: Float
  let tailTurn: Float
  let wingDrop: Float

  /// Draws a pose with most of the bird in the picture.
  init(_ dice: inout Dice) {
    let diameter = dice.between(0.10, 0.15)
    // Anywhere: bills are at most as long as the greatest head is wide.
    let head = dice.point(0.15, 0.85)
    var pose = Pose(&dice, head: head, diameter: diameter)
    for _ in 0..<60 {
      let center = pose.frame.toPicture(pose.body)
      if min(center.x, center.y) > 0.14 && max(center.x, center.y) < 0.86 { break }
      pose = Pose(&dice, head: head, diameter: diameter)
    }
    self = pose
  }

  private init(_ dice: inout Dice, head: Point, diameter: Float) {
    let pitch: Float
    let reach: Float
    switch dice.whole(0, 3) {
    case 0:  // Upright.
      pitch = dice.between(35, 62)
      reach = dice.between(50, 95)
    case 1:  // Head down, as when feeding.
      pitch = dice.between(-48, -15)
      reach = dice.between(-55, 10)
    default:
      pitch = dice.between(-5, 35)
      reach = dice.between(25, 80)
    }
    let ahead = direction(degrees: pitch)
    forwards = Point(ahead.x, -ahead.y)
    upwards = Point(-ahead.y, -ahead.x)
    long = dice.between(1.25, 1.6)
    high = dice.between(0.72, 0.92)
    let neck = direction(degrees: reach) * dice.between(0.42, 0.8)
    body = Point(-neck.x, neck.y) - forwards * (long * 0.70) - upwards * (high * 0.30)
    headTurn = dice.between(-18, 18) - max(-30, min(8, (pitch - 15) * 0.5))
    tail = dice.between(1.0, 2.0)
    tailTurn = dice.between(-22, 22)
    wingDrop = dice.between(-8, 10)
    let side: Float = dice.chance(0.5) ? 1 : -1
    frame = Frame(origin: head, x: Point(side * diameter, 0), y: Point(0, diameter))
  }

  /// The head's frame: as the bird's, turned as it looks.
  var head: Frame { frame.turned(at: Point(0, 0), degrees: headTurn) }

  /// A point of the bird's frame by its place on the body: 1 is the body's edge.
  func onBody(_ along: Float, _ up: Float) -> Point {
    body + forwards * (along * long) + upwards * (up * high)
  }

  /// The inverse of `onBody`.
  func bodyPlace(_ p: Point) -> Point {
    Point(dot(p - body, forwards) / long, dot(p - body, upwards) / high)
  }
}

/// The outline of body, neck and head in one.
struct Outline: Figure {
  let pose: Pose
  private let neck: Stroke

  init(_ pose: Pose) {
    self.pose = pose
    neck = Stroke([pose.onBody(0.55, 0.12), Point(0, 0.02)], 0.62, 0.40)
  }

  func distance(_ p: Point) -> Float {
    let place = Point(dot(p - pose.body, pose.forwards), dot(p - pose.body, pose.upwards))
    let trunk = Ellipse(center: Point(0, 0), radii: Point(pose.long, pose.high)).distance(place)
    let rump = Ellipse(
      center: Point(-0.75 * pose.long, 0.16 * pose.high),
      radii: Point(0.62 * pose.long, 0.42 * pose.high)
    ).distance(place)
    let head = length(p * Point(0.98, 1.04)) - 0.5
    let rear = smoothMinimum(trunk, rump, reach: 0.3)
    return smoothMinimum(smoothMinimum(rear, neck.distance(p), reach: 0.35), head, reach: 0.16)
  }

  var bounds: (low: Point, high: Point) {
    let reach = Point(repeating: 1.4 * pose.long)
    return (
      pointwiseMin(pose.body - reach, Point(repeating: -0.6)),
      pointwiseMax(pose.body + reach, Point(repeating: 0.6))
    )
  }
}
