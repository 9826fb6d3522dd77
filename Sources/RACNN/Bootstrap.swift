internal import Glibc
package import Tensors

/// A share, and between which values 95 of 100 other draws of as many photos would find it.
public struct Interval: Codable, Hashable, Sendable {
  /// On all photos.
  public var value: Double
  /// The 2.5th percentile of the bootstrap over photos; or, where all photos have the same value,
  /// what that many show: 18 of 18 right are a share of 81.5 % at least.
  public var low: Double
  /// The 97.5th, or the same.
  public var high: Double
}

/// Draws as many photos as there are, some several times, again and again.
package struct Bootstrap {
  private static let draws = 2000
  /// The photos of each draw.
  private let photos: [[Int32]]

  package init(count: Int, generator: RandomGenerator) {
    var generator = generator
    photos = (0..<Self.draws).map { _ in
      (0..<count).map { _ in Int32(generator.next() % UInt64(count)) }
    }
  }

  /// Of the mean of a value that each photo has.
  ///
  /// - Parameter possible: The values that a photo may have.
  package func interval(_ values: [Int], of possible: ClosedRange<Int>) -> Interval {
    let count = Double(max(1, values.count))
    let value = Double(values.reduce(0, +)) / count
    if Set(values).count < 2 {
      // Draws of photos that are all alike know of no other. A share p of others is missed by n photos
      // with a chance of (1 - p)^n (Clopper, Pearson, Biometrika 1934).
      let unseen = 1 - pow(0.025, 1 / Double(values.count))
      return Interval(
        value: value, low: value - unseen * (value - Double(possible.lowerBound)),
        high: value + unseen * (Double(possible.upperBound) - value))
    }
    let sums = photos.map { draw in draw.reduce(0) { $0 + values[Int($1)] } }.sorted()
    func percentile(_ share: Double) -> Double {
      Double(sums[Int(share * Double(sums.count - 1))]) / count
    }
    return Interval(value: value, low: percentile(0.025), high: percentile(0.975))
  }

  /// Of the share of photos that are right.
  func interval(_ right: [Bool]) -> Interval { interval(right.map { $0 ? 1 : 0 }, of: 0...1) }

  /// Of how much greater that share is by the first than by the second, on the same photos.
  func difference(_ right: [Bool], _ other: [Bool]) -> Interval {
    interval(zip(right, other).map { ($0 ? 1 : 0) - ($1 ? 1 : 0) }, of: -1...1)
  }
}
