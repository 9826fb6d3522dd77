#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension Tensor {
  /// Makes a tensor of row-major values in memory that `lender` keeps; changing it copies.
  package init(lent pointer: UnsafePointer<Float>, shape: Shape, by lender: AnyObject) {
    self.init(
      shape: shape, storage: Storage(lent: pointer, count: shape.count, by: lender))
  }

  /// Zeros that take no memory, for what will be replaced.
  package static func unwritten(_ shape: Shape) -> Tensor {
    guard shape.count >= 1 << 14, let zeros = ZeroPages(count: shape.count) else {
      return .zeros(shape)
    }
    return Tensor(lent: zeros.base, shape: shape, by: zeros)
  }
}

/// Pages that are never written to: the system has one page of zeros for all of them.
private final class ZeroPages {
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
