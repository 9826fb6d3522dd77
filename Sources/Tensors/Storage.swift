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
