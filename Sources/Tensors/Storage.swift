import Synchronization

/// How the elements of a tensor lie in memory.
package enum Layout: Hashable, Sendable {
  /// Row-major.
  case plain
  /// `[N, C, H, W]` stored as [N][C / block][H][W][block]; lanes beyond the last channel are zero.
  /// It is oneDNN's nChw8c or nChw16c.
  case blocked(Int)

  /// Channels a block, 1 for row-major.
  var block: Int {
    switch self {
    case .plain: 1
    case .blocked(let block): block
    }
  }

  /// The number of floats that a tensor of a shape occupies.
  func count(_ shape: Shape) -> Int {
    switch self {
    case .plain: shape.count
    case .blocked(let block):
      shape[0] * ((shape[1] + block - 1) / block * block) * shape[2] * shape[3]
    }
  }
}

/// The memory of a tensor: aligned floats, taken from and given back to a pool.
package final class Storage {
  package let pointer: UnsafeMutablePointer<Float>
  /// Floats held.
  package let count: Int
  /// Copies of these values in other layouts, made once and dropped when the values change.
  var packed: [PackedLayout: Storage] = [:]

  /// Makes uninitialized memory.
  package init(count: Int) {
    self.count = count
    self.pointer = MemoryPool.shared.take(count)
  }

  deinit { MemoryPool.shared.give(pointer, count) }

  package var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}

/// The name of a cached copy of some weights in a primitive's own layout.
struct PackedLayout: Hashable {
  let descriptor: [Int]
}

/// Keeps freed blocks for the next tensor of the same size class.
///
/// The C allocator gives large blocks back to the system at once, so that each activation would
/// cost page faults: a training step of tf_efficientnet_lite0 spent a fifth of its time there.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct State: ~Copyable {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
  }
  private let state = Mutex(State())

  /// Bytes in a block for a number of floats: a multiple of a sixteenth of its power of two, so
  /// that near sizes share blocks and at most a sixteenth is wasted.
  private static func bytes(_ count: Int) -> Int {
    let bytes = max(64, count * MemoryLayout<Float>.stride)
    let power = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let step = max(64, 1 << max(0, power - 4))
    return (bytes + step - 1) / step * step
  }

  func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let bytes = Self.bytes(count)
    let reused = state.withLock { state in
      nonisolated(unsafe) let block = state.free[bytes]?.popLast()
      return block.map { UInt(bitPattern: $0) }
    }
    let block =
      reused.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
      ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    return block.assumingMemoryBound(to: Float.self)
  }

  func give(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    let bytes = Self.bytes(count)
    let address = UInt(bitPattern: pointer)
    state.withLock { state in
      guard let block = UnsafeMutableRawPointer(bitPattern: address) else { return }
      state.free[bytes, default: []].append(block)
    }
  }

  /// Returns every kept block to the system.
  func trim() {
    state.withLock { state in
      for block in state.free.values.joined() { block.deallocate() }
      state.free = [:]
    }
  }
}

/// Gives memory that freed tensors left for reuse back to the system, as before a long pause.
public func releaseUnusedMemory() {
  MemoryPool.shared.trim()
}
