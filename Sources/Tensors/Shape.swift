/// The extents of a tensor, outermost first.
///
/// The letters used throughout: N photos, C channels, H rows, W columns, O output channels,
/// S the side of a square source.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents; none is negative.
  public let dimensions: [Int]

  /// Makes a shape; a negative extent is a programmer's error and traps.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "Shape: negative extent in \(dimensions)")
    self.dimensions = dimensions
  }

  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The number of elements: the product of the extents, 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of an axis; a negative axis counts from the end.
  public subscript(_ axis: Int) -> Int { dimensions[axis < 0 ? axis + rank : axis] }

  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }

  /// Row-major strides in elements.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// The axis counted from the front; one out of range traps, naming the operator.
  package func axis(_ axis: Int, in name: StaticString) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    precondition((0..<rank).contains(resolved), "\(name): no axis \(axis) in \(self)")
    return resolved
  }

  /// The shape that NumPy's rules give to an operation on both.
  package func broadcast(with other: Shape, in name: StaticString) -> Shape {
    let rank = max(self.rank, other.rank)
    let left = [Int](repeating: 1, count: rank - self.rank) + dimensions
    let right = [Int](repeating: 1, count: rank - other.rank) + other.dimensions
    return Shape(
      zip(left, right).map { a, b in
        precondition(a == b || a == 1 || b == 1, "\(name): \(self) and \(other) do not broadcast")
        return a == 1 ? b : a
      })
  }

  /// The shape with some axes reduced to 1, or dropped.
  package func reduced(_ axes: Set<Int>, keepingDimensions: Bool) -> Shape {
    Shape(
      dimensions.enumerated().compactMap { axis, extent in
        axes.contains(axis) ? (keepingDimensions ? 1 : nil) : extent
      })
  }
}
