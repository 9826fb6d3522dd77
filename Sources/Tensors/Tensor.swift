/// A multi-dimensional array of 32-bit floats that operators act on.
///
/// A tensor has value semantics, and its layout in memory is opaque: operators keep what suits the
/// processor, and only reading `values` reorders. Tensors are computed with on one thread, so they
/// are not Sendable.
public struct Tensor {
  /// The extents.
  public let shape: Shape
  package private(set) var storage: Storage
  package let layout: Layout
  /// The place on the tape, or nil for a constant.
  package let node: Node?

  package init(shape: Shape, storage: Storage, layout: Layout = .plain, node: Node? = nil) {
    self.shape = shape
    self.storage = storage
    self.layout = layout
    self.node = node
  }

  /// Makes an uninitialized tensor, for kernels to fill.
  package init(uninitialized shape: Shape, layout: Layout = .plain) {
    self.init(shape: shape, storage: Storage(count: layout.count(shape)), layout: layout)
  }

  /// Makes a row-major tensor whose values a closure writes.
  package init(_ shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    self.init(uninitialized: shape)
    try fill(storage.buffer)
  }

  /// Makes a tensor from its values in row-major order; their count must be the shape's.
  public init(_ values: [Float], shape: Shape) {
    precondition(
      values.count == shape.count, "Tensor: \(values.count) values for the shape \(shape)")
    self.init(shape) { buffer in _ = buffer.update(from: values) }
  }

  /// Makes a tensor from row-major values that lie elsewhere; their count must be the shape's.
  public init(_ values: UnsafeBufferPointer<Float>, shape: Shape) {
    precondition(
      values.count == shape.count, "Tensor: \(values.count) values for the shape \(shape)")
    self.init(shape) { buffer in _ = buffer.update(from: values) }
  }

  /// Makes a tensor without axes that holds one value.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// A tensor with one value everywhere.
  public static func full(_ value: Float, _ shape: Shape) -> Tensor {
    Tensor(shape) { buffer in buffer.update(repeating: value) }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { full(0, shape) }

  /// A tensor of ones.
  public static func ones(_ shape: Shape) -> Tensor { full(1, shape) }

  /// The same values, cut from the tape: no gradient flows through the result.
  public var detached: Tensor { Tensor(shape: shape, storage: storage, layout: layout) }

  /// Whether operators on this tensor are recorded for a gradient.
  public var requiresGradient: Bool { node != nil }

  /// The values in row-major order.
  public var values: [Float] { withValues { Array($0) } }

  /// Whether no value is infinite or not a number.
  public var isFinite: Bool {
    let exponent: UInt32 = 0x7f80_0000
    // All of it, without a branch, is faster than stopping at the first.
    return withValues { values in
      values.reduce(into: UInt32(0)) { found, value in
        found |= value.bitPattern & exponent == exponent ? 1 : 0
      } == 0
    }
  }

  /// Whether its values take memory: those of a large product of few rows need not.
  package var isMade: Bool { storage.isMade }

  /// Whether each value, and its square with some room above it, is a number and finite.
  package var hasFiniteSquares: Bool { storage.isKnownFinite || greatestMagnitude < 0x1p63 }

  /// The greatest of the values without their signs; no number if one is none.
  var greatestMagnitude: Float {
    let plain = plain
    return Kernels.current.greatestMagnitude(plain.pointer, count: shape.count)
  }

  /// Calls a closure with the values in row-major order, without copying where they lie so.
  public func withValues<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    let plain = plain
    return try withExtendedLifetime(plain.storage) {
      try body(UnsafeBufferPointer(start: plain.storage.pointer, count: shape.count))
    }
  }

  /// The value of a tensor that has one element; another count traps.
  public var item: Float {
    precondition(shape.count == 1, "item: \(shape) has not one element")
    return withValues { $0[0] }
  }

  /// The same values without a tape, row-major.
  package var plain: Tensor {
    layout == .plain ? detached : Kernels.current.reordered(detached, to: .plain)
  }

  /// The memory, for kernels to read.
  var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  /// Gives the memory to write to, after copying it if anything else holds it.
  mutating func uniqueStorage() -> Storage {
    if storage.isLent || !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(count: storage.count)
      copy.pointer.update(from: storage.pointer, count: storage.count)
      storage = copy
    }
    storage.forgetCopies()
    return storage
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String {
    let first = values.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape) [\(first)\(shape.count > 8 ? ", ..." : "")]"
  }
}
