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

/// The memory of a tensor: floats taken from and given back to a pool, or lent by something else.
package final class Storage {
  private let memory: UnsafeMutablePointer<Float>
  /// Floats held.
  package let count: Int
  /// Copies of these values in other layouts, made once and dropped when the values change.
  var packed: [PackedLayout: Storage] = [:]

  /// Keeps memory that is not the pool's, and is only read.
  private let lender: (any Lender)?
  private var isGivenUp = false

  /// Makes uninitialized memory, aligned.
  package init(count: Int) {
    self.count = count
    memory = MemoryPool.shared.take(count)
    lender = nil
  }

  /// Takes memory at any address that floats may have, to read it.
  init(lent pointer: UnsafePointer<Float>, count: Int, by lender: any Lender) {
    self.count = count
    memory = UnsafeMutablePointer(mutating: pointer)
    self.lender = lender
  }

  deinit { if lender == nil { MemoryPool.shared.give(memory, count) } }

  package var pointer: UnsafeMutablePointer<Float> {
    if isGivenUp { readAgain() }
    return memory
  }

  var isLent: Bool { lender != nil }

  /// Gives the memory of lent values up until they are looked at: for those of which a copy was
  /// packed, and which seldom will be.
  func giveUp() {
    guard let lender, !isGivenUp, count >= Storage.leastGivenUp else { return }
    isGivenUp = lender.giveUp()
  }

  /// Below it, what a system call and a checksum cost is more than the memory is worth.
  private static let leastGivenUp = 1 << 16

  private func readAgain() {
    isGivenUp = false
    // No answer must come of values that are not those that were lent.
    if lender?.readAgain() == false { memory.update(repeating: .nan, count: count) }
  }

  package var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}

/// The name of a cached copy of some weights in a primitive's own layout.
struct PackedLayout: Hashable {
  let descriptor: [Int]
}
