/// What lies behind the bird: a smooth gradient with broad noise and spots out of focus.
struct Backdrop {
  private let inks: [Ink]
  private let stretch: Point
  private let strength: Float
  private let noise: Noise
  private let horizon: Float
  private let sharpness: Float

  init(_ dice: inout Dice) {
    let scene = dice.pick(Backdrop.scenes)
    inks = scene.inks.map { dice.near($0, 0.07) }
    stretch = scene.stretch * dice.between(0.7, 1.4)
    strength = scene.strength * dice.between(0.6, 1.2)
    noise = Noise(seed: dice.seed())
    horizon = dice.between(0.3, 0.8)
    sharpness = dice.between(0.08, 0.5)
  }

  func draw(on canvas: inout Canvas, _ dice: inout Dice) {
    canvas.paint { p, _ in
      let wave = noise.layered(p * stretch + 40, octaves: 3)
      let sway = noise(p * 2.5 + 90) * 0.06
      let depth = smoothStep(horizon - sharpness, horizon + sharpness, p.y + sway)
      let far = mix(inks[0], inks[1], clamp(p.y / horizon))
      return mix(far, inks[2], depth) * (1 + strength * wave)
    }
    for _ in 0..<dice.whole(3, 12) {
      let center = dice.point(-0.05, 1.05)
      let radius = dice.between(0.02, 0.11)
      let ink = mix(
        dice.near(dice.pick(inks), 0.12), dice.pick(Plumage.marks), dice.between(0, 0.45))
      canvas.fill(
        Ellipse(center: center, radii: Point(radius, radius * dice.between(0.7, 1))),
        softness: radius * dice.between(0.3, 1.2), opacity: dice.between(0.15, 0.55), ink)
    }
  }

  private static let scenes: [(inks: [Ink], stretch: Point, strength: Float)] = [
    // Sky over far land, meadow, water, forest, heath, snow.
    ([Ink(0.46, 0.66, 0.86), Ink(0.78, 0.86, 0.90), Ink(0.58, 0.66, 0.50)], Point(2, 4), 0.16),
    ([Ink(0.70, 0.78, 0.56), Ink(0.52, 0.66, 0.36), Ink(0.36, 0.52, 0.24)], Point(7, 2), 0.26),
    ([Ink(0.62, 0.74, 0.78), Ink(0.42, 0.60, 0.66), Ink(0.28, 0.44, 0.50)], Point(2, 14), 0.24),
    ([Ink(0.24, 0.34, 0.22), Ink(0.32, 0.42, 0.26), Ink(0.26, 0.24, 0.16)], Point(9, 1.5), 0.40),
    ([Ink(0.80, 0.72, 0.58), Ink(0.70, 0.58, 0.42), Ink(0.56, 0.42, 0.34)], Point(4, 5), 0.24),
    ([Ink(0.72, 0.76, 0.84), Ink(0.84, 0.86, 0.90), Ink(0.90, 0.91, 0.93)], Point(3, 3), 0.10),
  ]
}
