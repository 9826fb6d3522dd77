/// One bird: its pose and inks, and the drawing of all but its head.
struct Bird {
  let pose: Pose
  let plumage: Plumage
  let texture: Noise
  let headSeed: Dice

  init(_ dice: inout Dice, head: Dice) {
    pose = Pose(&dice)
    plumage = Plumage(&dice)
    texture = Noise(seed: dice.seed())
    headSeed = head
  }

  /// Draws tail, legs, body and wing.
  func drawBody(on canvas: inout Canvas, _ dice: inout Dice) {
    drawTail(on: &canvas, &dice)
    drawLegs(on: &canvas, &dice)
    canvas.fill(Outline(pose), in: pose.frame) { feathers(at: $0, distance: $1) }
    drawWing(on: &canvas, &dice)
  }

  /// The ink of body, neck and head.
  private func feathers(at p: Point, distance: Float) -> Ink {
    let place = pose.bodyPlace(p)
    var ink = mix(plumage.belly, plumage.back, smoothStep(-0.35, 0.25, place.y))
    let chest = smoothStep(0.05, 0.55, place.x) * smoothStep(0.55, 0.0, place.y)
    ink = mix(ink, plumage.breast, chest)
    if plumage.streaks > 0 {
      let grain = texture(Point(place.x * 4.5, place.y * 8))
      let mask = smoothStep(0.15, 0.45, grain) * smoothStep(0.35, -0.1, place.y)
      ink = mix(ink, plumage.back * 0.6, mask * plumage.streaks)
    }
    ink = mix(plumage.hood, ink, smoothStep(0.50, 0.74, length(p)))
    // Feathers lie along the body.
    let down = texture.layered(Point(place.x * 9, place.y * 15), octaves: 2)
    let round = 1 + 0.16 * clamp(place.y + 1) - 0.12
    let rim = 1 - 0.42 * smoothStep(-0.13, 0, distance)
    return ink * ((1 + 0.13 * down) * round * rim)
  }

  private func drawTail(on canvas: inout Canvas, _ dice: inout Dice) {
    let root = pose.frame.turned(at: pose.onBody(-0.95, 0.18), degrees: 0)
    let away = pose.forwards * -1
    let count = dice.whole(3, 5)
    let spread = dice.between(3, 9)
    let width = dice.between(0.13, 0.2)
    for index in 0..<count {
      let fan = (Float(index) - Float(count - 1) / 2) * spread + pose.tailTurn
      let turn = direction(degrees: fan)
      let along = Point(away.x * turn.x - away.y * turn.y, away.y * turn.x + away.x * turn.y)
      let tip = along * (pose.tail * (1 - 0.06 * abs(Float(index) - Float(count) / 2)))
      let feather = Stroke([along * -0.4, tip * 0.5, tip], width * 0.9, width)
      let ink = plumage.wing * (0.78 + 0.09 * Float(index % 2))
      canvas.fill(feather, in: root) { _, d in ink * (1 - 0.5 * smoothStep(-0.05, 0, d)) }
      canvas.fill(
        Stroke([along * 0.1, tip * 0.97], 0.012, 0.008), in: root, opacity: 0.5, ink * 0.6)
    }
  }

  private func drawLegs(on canvas: inout Canvas, _ dice: inout Dice) {
    let long = dice.between(0.7, 1.25)
    let gap = dice.between(0.16, 0.34)
    let bend = dice.between(-0.25, 0.1)
    for (index, side) in [Float(-1), 1].enumerated() {
      let hip = pose.onBody(-0.08 + side * gap * 0.5, -0.80)
      let knee = hip + Point(-0.12 + bend * 0.5, long * 0.42)
      let foot = knee + Point(0.16 + side * gap * 0.2, long * 0.58)
      let ink = plumage.leg * (index == 0 ? 0.7 : 0.9)
      canvas.fill(
        Stroke([hip, hip + (knee - hip) * 0.45], 0.2, 0.09), in: pose.frame, plumage.belly * 0.8)
      canvas.fill(Stroke([hip, knee, foot], 0.055, 0.04), in: pose.frame, ink)
      for toe in [Point(0.34, 0.05), Point(0.28, 0.11), Point(-0.2, 0.07)] {
        canvas.fill(
          Stroke([foot, foot + toe * 0.6 + Point(0, -0.02), foot + toe], 0.035, 0.018),
          in: pose.frame, ink)
      }
    }
  }

  private func drawWing(on canvas: inout Canvas, _ dice: inout Dice) {
    let turn = pose.wingDrop
    let place = pose.frame.turned(at: pose.onBody(0.42, 0.24), degrees: 0)
    let axis = direction(degrees: turn)
    let back = (pose.forwards * -axis.x) + pose.upwards * (axis.y * -1)
    let up = Point(-back.y, back.x) * (dot(Point(-back.y, back.x), pose.upwards) > 0 ? 1 : -1)
    let span = pose.long * dice.between(1.45, 1.8)
    let depth = pose.high * dice.between(0.42, 0.55)
    func at(_ along: Float, _ side: Float) -> Point { back * (along * span) + up * (side * depth) }
    let upper = curve(at(-0.04, -0.1), at(0.22, 1.35), at(1, 0.15), 10)
    let lower = curve(at(1, 0.15), at(0.52, -1.75), at(-0.04, -0.1), 12)
    let wing = Polygon(points: upper + lower.dropFirst().dropLast())
    let plumage = plumage
    let texture = texture
    canvas.fill(wing, in: place) { p, distance in
      let along = dot(p, back) / span
      let down = texture(Point(along * 22, dot(p, up) * 14))
      let shade = 1 + 0.14 * dot(p, up) / depth + 0.06 * down
      return plumage.wing * (shade * (1 - 0.45 * smoothStep(-0.07, 0, distance)))
    }
    // The long feathers of the hand, each a line towards the tip.
    for index in 0..<6 {
      let start = at(0.42 + 0.02 * Float(index), 0.55 - 0.28 * Float(index))
      let line = curve(start, at(0.7, 0.25 - 0.24 * Float(index)), at(0.99, 0.16), 6)
      let feather = Overlap(first: Stroke(line, 0.022, 0.01), second: wing)
      canvas.fill(feather, in: place, opacity: 0.65, plumage.wing * 0.5)
      let edge = Overlap(first: Stroke(line.map { $0 + up * 0.035 }, 0.012, 0.006), second: wing)
      canvas.fill(edge, in: place, opacity: 0.5, mix(plumage.wing, plumage.wingEdge, 0.6))
    }
    // Rows of scales on the arm.
    for row in 0..<3 {
      let x = 0.12 + 0.12 * Float(row)
      let isBar = row > 0 && row <= plumage.bars
      for column in 0..<5 {
        let y = 0.6 - 0.36 * Float(column) - 0.05 * Float(row)
        let arc = curve(at(x, y + 0.2), at(x + 0.12, y), at(x, y - 0.2), 4)
        let scale = Overlap(first: Stroke(arc, 0.03, 0.03), second: wing)
        let ink = isBar ? plumage.wingEdge : plumage.wing * 0.62
        canvas.fill(scale, in: place, opacity: isBar ? 0.9 : 0.55, ink)
      }
    }
  }
}
