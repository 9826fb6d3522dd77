internal import Tensors

/// A share, and between which values 95 of 100 other draws of as many photos would find it.
public struct Interval: Codable, Hashable, Sendable {
  /// On all photos.
  public var value: Double
  /// The 2.5th percentile of the bootstrap over photos.
  public var low: Double
  /// The 97.5th.
  public var high: Double
}

/// Draws as many photos as there are, some several times, again and again.
struct Bootstrap {
  private static let draws = 2000
  /// The photos of each draw.
  private let photos: [[Int32]]

  init(count: Int, generator: RandomGenerator) {
    var generator = generator
    photos = (0..<Self.draws).map { _ in
      (0..<count).map { _ in Int32(generator.next() % UInt64(count)) }
    }
  }

  /// Of the mean of a value that each photo has.
  func interval(_ values: [Int]) -> Interval {
    let count = Double(max(1, values.count))
    let sums = photos.map { draw in draw.reduce(0) { $0 + values[Int($1)] } }.sorted()
    func percentile(_ share: Double) -> Double {
      Double(sums[Int(share * Double(sums.count - 1))]) / count
    }
    return Interval(
      value: Double(values.reduce(0, +)) / count, low: percentile(0.025), high: percentile(0.975))
  }
}
