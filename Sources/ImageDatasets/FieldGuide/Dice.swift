internal import Tensors

/// Draws the choices of a picture from one generator.
struct Dice {
  private var generator: RandomGenerator

  init(_ generator: RandomGenerator) { self.generator = generator }

  /// A number from `low` to below `high`.
  mutating func between(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * generator.uniform()
  }

  /// A whole number from `low` to `high`, both included.
  mutating func whole(_ low: Int, _ high: Int) -> Int {
    low + min(Int(generator.uniform() * Float(high - low + 1)), high - low)
  }

  /// True with the given probability.
  mutating func chance(_ probability: Float) -> Bool { generator.uniform() < probability }

  /// One of `choices`, which must not be empty.
  mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[whole(0, choices.count - 1)]
  }

  /// A point of the box between two corners.
  mutating func point(_ low: Float, _ high: Float) -> Point {
    let x = between(low, high)
    return Point(x, between(low, high))
  }

  /// A seed for a noise.
  mutating func seed() -> UInt32 { UInt32(truncatingIfNeeded: generator.next() >> 32) }

  /// `ink` with its samples moved by at most `amount` each.
  mutating func near(_ ink: Ink, _ amount: Float) -> Ink {
    let red = between(-amount, amount)
    let green = between(-amount, amount)
    return (ink + Ink(red, green, between(-amount, amount))).clamped(
      lowerBound: Ink(repeating: 0), upperBound: Ink(repeating: 1))
  }
}
