/// Things about the bird: branches, leaves, reeds, berries, flowers and stones.
///
/// Flowers have pale rings about dark eyes, blades can be pale stripes: the marks' forms and inks
/// are everywhere, and only those on the head mean something.
struct Clutter {
  /// Where nothing may be drawn.
  let clear: Ellipse

  /// Draws `count` things, those that would touch the clear place left out.
  func draw(_ count: Int, on canvas: inout Canvas, _ dice: inout Dice) {
    for _ in 0..<count {
      switch dice.whole(0, 9) {
      case 0, 1: branch(on: &canvas, &dice)
      case 2, 3: blades(on: &canvas, &dice)
      case 4: stone(on: &canvas, &dice)
      case 5, 6: berries(on: &canvas, &dice)
      case 7, 8: flowers(on: &canvas, &dice)
      default: leaf(at: dice.point(0, 1), on: &canvas, &dice)
      }
    }
  }

  /// Draws what the bird sits on, through `foot`.
  func perch(through foot: Point, on canvas: inout Canvas, _ dice: inout Dice) {
    let slope = dice.between(-0.12, 0.12)
    let line = curve(
      Point(-0.05, foot.y + slope + dice.between(-0.03, 0.05)), foot,
      Point(1.05, foot.y - slope + dice.between(-0.03, 0.05)), 12)
    wood(line, width: dice.between(0.008, 0.022), on: &canvas, &dice)
  }

  private func isFree(_ p: Point, _ reach: Float) -> Bool { clear.distance(p) > reach }

  private func branch(on canvas: inout Canvas, _ dice: inout Dice) {
    let start = Point(dice.chance(0.5) ? -0.03 : 1.03, dice.between(0, 1))
    let end = dice.point(0.1, 0.9)
    let line = curve(start, mix(start, end, 0.5) + dice.point(-0.12, 0.12), end, 12)
    guard line.allSatisfy({ isFree($0, 0.03) }) else { return }
    wood(line, width: dice.between(0.004, 0.014), on: &canvas, &dice)
    for _ in 0..<dice.whole(1, 5) { leaf(at: dice.pick(line), on: &canvas, &dice) }
  }

  private func wood(_ line: [Point], width: Float, on canvas: inout Canvas, _ dice: inout Dice) {
    let bark = dice.near(
      dice.pick([Ink(0.40, 0.31, 0.23), Ink(0.52, 0.45, 0.38), Ink(0.30, 0.26, 0.22)]), 0.05)
    let noise = Noise(seed: dice.seed())
    canvas.fill(Stroke(line, width, width * 0.6)) { p, d in
      bark * (1 - 0.45 * smoothStep(-0.5 * width, 0, d) + 0.25 * noise(p * Point(40, 160)))
    }
    let light = line.map { $0 + Point(0, -width * 0.35) }
    canvas.fill(
      Stroke(light, width * 0.16, width * 0.1), opacity: 0.5, mix(bark, Ink(1, 0.97, 0.9), 0.5))
  }

  private func leaf(at root: Point, on canvas: inout Canvas, _ dice: inout Dice) {
    let long = dice.between(0.035, 0.09)
    let wide = long * dice.between(0.18, 0.32)
    let frame = Frame.picture.turned(
      at: root, degrees: dice.between(-110, 110), scale: dice.chance(0.5) ? 1 : -1)
    let ink = dice.near(
      dice.pick([
        Ink(0.34, 0.50, 0.20), Ink(0.46, 0.58, 0.26), Ink(0.26, 0.40, 0.22), Ink(0.70, 0.52, 0.22),
      ]), 0.06)
    guard isFree(frame.toPicture(Point(long / 2, 0)), long * 0.6) else { return }
    let blade =
      curve(Point(0, 0), Point(long * 0.45, wide * 2), Point(long, 0), 7)
      + curve(Point(long, 0), Point(long * 0.45, wide * -2), Point(0, 0), 7).dropFirst().dropLast()
    canvas.fill(Polygon(points: blade), in: frame) { p, d in
      ink * (1 + (p.y > 0 ? 0.1 : -0.08) - 0.35 * smoothStep(-0.004, 0, d))
    }
    canvas.fill(
      Stroke([Point(0, 0), Point(long * 0.9, 0)], 0.0014, 0.0006), in: frame, opacity: 0.7,
      mix(ink, Ink(1, 1, 0.8), 0.5))
  }

  private func blades(on canvas: inout Canvas, _ dice: inout Dice) {
    let base = dice.between(0, 1)
    let ink = mix(
      dice.near(
        dice.pick([Ink(0.44, 0.56, 0.24), Ink(0.66, 0.60, 0.36), Ink(0.32, 0.44, 0.22)]), 0.06),
      dice.pick(Plumage.marks), dice.chance(0.3) ? 0.7 : 0)
    for _ in 0..<dice.whole(2, 7) {
      let root = Point(base + dice.between(-0.12, 0.12), 1.03)
      let tip = Point(root.x + dice.between(-0.16, 0.16), dice.between(0.35, 0.92))
      let bend = Point(root.x + dice.between(-0.03, 0.03), mix(root.y, tip.y, 0.65))
      let line = curve(root, bend, tip, 9)
      guard line.allSatisfy({ isFree($0, 0.02) }) else { continue }
      canvas.fill(Stroke(line, dice.between(0.003, 0.007), 0.0008), ink * dice.between(0.75, 1.1))
    }
  }

  private func stone(on canvas: inout Canvas, _ dice: inout Dice) {
    let center = Point(dice.between(0, 1), dice.between(0.72, 1.02))
    let radii = Point(dice.between(0.05, 0.15), dice.between(0.03, 0.08))
    guard isFree(center, radii.x) else { return }
    let ink = dice.near(
      dice.pick([Ink(0.55, 0.53, 0.50), Ink(0.44, 0.43, 0.44), Ink(0.64, 0.58, 0.50)]), 0.05)
    let noise = Noise(seed: dice.seed())
    canvas.fill(Ellipse(center: center, radii: radii)) { p, d in
      let height = (center.y - p.y) / radii.y
      return ink
        * (1 + 0.2 * height + 0.2 * noise.layered(p * 50, octaves: 2) - 0.2
          * smoothStep(-0.01, 0, d))
    }
  }

  private func berries(on canvas: inout Canvas, _ dice: inout Dice) {
    let place = dice.point(0.02, 0.98)
    let ink = dice.near(
      dice.pick([
        Ink(0.74, 0.16, 0.14), Ink(0.16, 0.18, 0.34), Ink(0.88, 0.60, 0.18), Ink(0.90, 0.88, 0.82),
      ]), 0.06)
    for _ in 0..<dice.whole(2, 7) {
      let center = place + dice.point(-0.05, 0.05)
      let radius = dice.between(0.007, 0.014)
      guard isFree(center, radius * 2) else { continue }
      canvas.fill(Stroke([place + Point(0, -0.05), center], 0.0014, 0.001), Ink(0.34, 0.30, 0.18))
      canvas.fill(Ellipse(center: center, radii: Point(radius, radius))) { p, _ in
        ink
          * (1.1 - 0.5 * clamp(length(p - center + Point(radius, radius) * 0.35) / (1.5 * radius)))
      }
      let glint = Ellipse(center: center - radius * 0.35, radii: Point(radius, radius) * 0.22)
      canvas.fill(glint, Ink(0.97, 0.97, 0.95))
    }
  }

  private func flowers(on canvas: inout Canvas, _ dice: inout Dice) {
    let place = dice.point(0.05, 0.95)
    let ink = dice.near(dice.pick(Plumage.marks), 0.05)
    let heart = dice.near(
      dice.pick([Ink(0.10, 0.08, 0.08), Ink(0.80, 0.60, 0.16), Ink(0.30, 0.18, 0.12)]), 0.04)
    for _ in 0..<dice.whole(1, 5) {
      let center = place + dice.point(-0.09, 0.09)
      let radius = dice.between(0.012, 0.024)
      guard isFree(center, radius * 1.6) else { continue }
      let root = Point(
        center.x + dice.between(-0.05, 0.05), min(1.03, center.y + dice.between(0.08, 0.3)))
      let stem = curve(center, Point(center.x, mix(center.y, root.y, 0.6)), root, 6)
      if stem.allSatisfy({ isFree($0, 0.01) }) {
        canvas.fill(Stroke(stem, 0.002, 0.003), Ink(0.36, 0.48, 0.22))
      }
      let start = dice.between(0, 60)
      for petal in 0..<6 {
        let turned = Frame.picture.turned(at: center, degrees: start)
          .turned(at: Point(0, 0), degrees: Float(petal % 3) * 60, scale: petal < 3 ? 1 : -1)
        let shape = Ellipse(
          center: Point(radius * 0.6, 0), radii: Point(radius * 0.45, radius * 0.26))
        canvas.fill(shape, in: turned) { p, _ in ink * (0.8 + 0.2 * clamp(p.x / radius)) }
      }
      canvas.fill(Ring(center: center, radius: radius * 0.36, thickness: radius * 0.2), ink * 0.95)
      canvas.fill(Ellipse(center: center, radii: Point(radius, radius) * 0.28), heart)
    }
  }
}
