/// The mean of a value that each of some photos has, and how far chance may have moved it.
package struct SampleMean {
  /// Fewer show nothing beyond chance.
  package static let fewest = 8

  package let count: Int
  package let mean: Double
  /// The mean's standard error; infinite where one photo cannot tell how photos differ.
  package let error: Double

  package init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(max(1, count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    error = count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : .infinity
  }

  /// Whether the mean is above zero by more than two standard errors.
  package var isAboveChance: Bool { count >= Self.fewest && mean > 2 * error }
}
