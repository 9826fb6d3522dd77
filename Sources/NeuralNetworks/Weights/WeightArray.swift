/// A named network's array as it lies in a file: a shape and float32 values in row-major order.
///
/// Other element types are converted when they are read: float16, bfloat16, booleans (0 and 1) and
/// integers up to 2^24 exactly, float64 and larger integers to the nearest float32.
public struct WeightArray: Hashable, Sendable {
  /// The size of each axis; empty for a scalar.
  public let shape: [Int]
  /// The values in row-major order, as many as the product of `shape`.
  public let values: [Float]

  /// An array of `values`, of which there must be as many as `shape` holds.
  public init(shape: [Int], values: [Float]) {
    precondition(
      ElementCount.of(shape) == values.count,
      "WeightArray: \(values.count) values do not fill the shape \(shape)")
    self.shape = shape
    self.values = values
  }
}

/// Numbers of elements, of shapes that come from files.
enum ElementCount {
  /// How many elements `shape` holds; nil when that overflows or a size is negative.
  static func of(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }
}
