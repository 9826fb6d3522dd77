/// The inks of one bird, none of which tells its species.
struct Plumage {
  let hood: Ink
  let back: Ink
  let breast: Ink
  let belly: Ink
  let wing: Ink
  let wingEdge: Ink
  let bill: Ink
  let leg: Ink
  let eye: Ink
  let ring: Ink
  let stripe: Ink
  let streaks: Float
  let bars: Int
  let cheek: Ink?

  init(_ dice: inout Dice) {
    let back = dice.near(dice.pick(Plumage.feathers), 0.06)
    var hood = dice.near(dice.pick(Plumage.hoods), 0.05)
    var breast = dice.near(dice.pick(Plumage.feathers + Plumage.pales), 0.06)
    // The head stands out from what is about it, so that it can be found from far.
    for _ in 0..<20 where abs(brightness(hood) - brightness(back)) < 0.1 {
      hood = dice.near(dice.pick(Plumage.hoods), 0.05)
    }
    for _ in 0..<20 where abs(brightness(hood) - brightness(breast)) < 0.2 {
      breast = dice.near(dice.pick(Plumage.feathers + Plumage.pales), 0.06)
    }
    self.hood = hood
    self.back = back
    self.breast = breast
    belly = mix(breast, dice.near(dice.pick(Plumage.pales), 0.05), dice.between(0.3, 0.9))
    wing = mix(back, dice.near(dice.pick(Plumage.feathers), 0.05), dice.between(0.1, 0.8)) * 0.85
    wingEdge = dice.near(dice.pick(Plumage.pales), 0.06)
    bill = dice.near(dice.pick(Plumage.bills), 0.05)
    leg = dice.near(dice.pick(Plumage.bills), 0.05)
    eye = dice.near(Ink(0.07, 0.05, 0.05), 0.04)
    ring = dice.near(dice.pick(Plumage.marks), 0.04)
    stripe = dice.near(dice.pick(Plumage.marks), 0.04)
    streaks = dice.chance(0.5) ? dice.between(0.15, 0.5) : 0
    bars = dice.whole(0, 2)
    cheek = dice.chance(0.4) ? dice.near(mix(hood, breast, 0.35), 0.05) : nil
  }

  /// For the marks, and for flowers, berries and twigs too, so that no ink betrays a mark.
  static let marks: [Ink] = [
    Ink(0.97, 0.96, 0.92), Ink(0.96, 0.92, 0.76), Ink(0.97, 0.86, 0.35), Ink(0.98, 0.74, 0.42),
    Ink(0.80, 0.91, 0.97), Ink(0.98, 0.80, 0.78), Ink(0.82, 0.95, 0.70),
  ]

  static let bills: [Ink] = [
    Ink(0.90, 0.68, 0.22), Ink(0.86, 0.48, 0.20), Ink(0.45, 0.43, 0.42), Ink(0.62, 0.52, 0.42),
    Ink(0.76, 0.30, 0.24), Ink(0.30, 0.27, 0.26), Ink(0.82, 0.72, 0.58),
  ]

  private static let feathers: [Ink] = [
    Ink(0.48, 0.36, 0.24), Ink(0.62, 0.46, 0.28), Ink(0.36, 0.42, 0.52), Ink(0.28, 0.44, 0.66),
    Ink(0.46, 0.50, 0.28), Ink(0.68, 0.34, 0.20), Ink(0.50, 0.50, 0.50), Ink(0.26, 0.26, 0.30),
    Ink(0.74, 0.60, 0.24), Ink(0.56, 0.26, 0.26), Ink(0.34, 0.50, 0.46), Ink(0.70, 0.62, 0.50),
  ]

  private static let pales: [Ink] = [
    Ink(0.94, 0.91, 0.84), Ink(0.88, 0.80, 0.64), Ink(0.92, 0.84, 0.50), Ink(0.86, 0.86, 0.88),
    Ink(0.92, 0.72, 0.56), Ink(0.80, 0.86, 0.74),
  ]

  private static let hoods: [Ink] = [
    Ink(0.40, 0.24, 0.16), Ink(0.20, 0.30, 0.48), Ink(0.30, 0.32, 0.36), Ink(0.26, 0.36, 0.20),
    Ink(0.52, 0.22, 0.16), Ink(0.36, 0.24, 0.38), Ink(0.20, 0.40, 0.42), Ink(0.46, 0.36, 0.22),
  ]
}
