#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// What lends its memory to a tensor.
package protocol Lender: AnyObject {
  /// Gives the memory up, if it can be filled with the same values again; else false.
  func giveUp() -> Bool
  /// Fills it again; false where the values are not the same.
  func readAgain() -> Bool
}

/// Memory that cannot be filled again is kept.
extension Lender {
  package func giveUp() -> Bool { false }
  package func readAgain() -> Bool { true }
}

extension Tensor {
  /// Makes a tensor of row-major values in memory that `lender` keeps; changing it copies.
  package init(lent pointer: UnsafePointer<Float>, shape: Shape, by lender: any Lender) {
    self.init(
      shape: shape, storage: Storage(lent: pointer, count: shape.count, by: lender))
  }

  /// Makes a matrix of whole numbers with a scale a row. A product of few rows reads them as they are;
  /// anything else makes floats of them, which stay.
  package init(_ quantized: QuantizedRows, columns: Int) {
    self.init(
      shape: [quantized.scales.count, columns],
      storage: Storage(rowLength: columns, quantized))
  }

  /// Makes a tensor whose rows, those of its first axis, a closure writes when they are looked at, and
  /// again when they are after their memory was given up; the closure gives the same values each time.
  package init(
    _ shape: Shape,
    makingRows make: @escaping (_ rows: Range<Int>, _ values: UnsafeMutablePointer<Float>) -> Void
  ) {
    let rowLength = shape.dimensions.dropFirst().reduce(1, *)
    self.init(
      shape: shape,
      storage: Storage(
        count: shape.count,
        DeferredValues(rowLength: rowLength, areRepeatable: true, make: make)))
  }

  /// Lets go of the memory of values that can be had again; lent ones are read again when they are
  /// looked at, which are numbers no more where their file has changed since.
  package func giveUp() { storage.giveUp() }

  /// Zeros that take no memory, for what will be replaced.
  package static func unwritten(_ shape: Shape) -> Tensor {
    guard shape.count >= 1 << 14, let zeros = ZeroPages(count: shape.count) else {
      return .zeros(shape)
    }
    return Tensor(lent: zeros.base, shape: shape, by: zeros)
  }
}

/// Pages that are never written to: the system has one page of zeros for all of them.
private final class ZeroPages: Lender {
  let base: UnsafePointer<Float>
  private let bytes: Int

  init?(count: Int) {
    bytes = count * MemoryLayout<Float>.stride
    let start = mmap(nil, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let start, start != MAP_FAILED else { return nil }
    base = UnsafePointer(start.assumingMemoryBound(to: Float.self))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), bytes) }
}
