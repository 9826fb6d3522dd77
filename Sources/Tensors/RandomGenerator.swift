/// A seeded source of random numbers whose whole state can be saved: xoshiro256++.
///
/// Source: Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2019; seeded by
/// SplitMix64 as they advise.
public struct RandomGenerator: RandomNumberGenerator, Sendable, Codable, Hashable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  /// Makes a generator; equal seeds give equal sequences.
  public init(seed: UInt64) {
    var state = seed
    func split() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
    s0 = split()
    s1 = split()
    s2 = split()
    s3 = split()
  }

  public mutating func next() -> UInt64 {
    let sum = s0 &+ s3
    let result = (sum << 23 | sum >> 41) &+ s0
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// A number from 0 to below 1, on a grid of 2^-24.
  public mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A normally distributed number of mean 0 and variance 1: the sum of twelve uniform ones less 6.
  ///
  /// No transcendental function is called, so the bits do not depend on the C library.
  public mutating func normal() -> Float {
    var sum: Float = 0
    for _ in 0..<12 { sum += uniform() }
    return sum - 6
  }

  /// A generator of its own for a labelled purpose; this one does not advance.
  public func fork(_ label: UInt64) -> RandomGenerator {
    var copy = self
    return RandomGenerator(seed: copy.next() ^ (label &* 0xd134_2543_de82_ef95))
  }

  /// The same for a purpose that has a name. Its hash, of Fowler, Noll and Vo, is the same in every run,
  /// as `Hashable`'s is not.
  public func fork(_ name: String) -> RandomGenerator {
    fork(name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}
