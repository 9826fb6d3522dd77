import Synchronization

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Where tensors get their memory: one long range of addresses, of which freed parts are kept for
/// the tensors to come.
///
/// The C allocator gives large blocks back to the system at once, so that each activation would
/// cost page faults: a training step of tf_efficientnet_lite0 spent a fifth of its time there.
/// Neighbours that are free become one, so that what a network's activations leave serves its
/// gradients whatever their sizes. With blocks kept by size instead, training vgg19 (448 and 224
/// pixels, batch 2) held 2.6 GB where at most 1.7 were in use.
final class MemoryPool: Sendable {
  static let shared = MemoryPool()

  private struct State: ~Copyable {
    var arena: Arena?
  }
  private let state = Mutex(State(arena: Arena()))

  /// Below this the C allocator is as good, and does not cut the range into small pieces.
  private static let smallest = 16384
  private static let alignment = 64

  private static func bytes(_ count: Int) -> Int {
    let bytes = max(1, count) * MemoryLayout<Float>.stride
    return (bytes + alignment - 1) / alignment * alignment
  }

  /// - Parameter lasting: Whether it will be held for long: such memory lies apart, for between what
  ///   comes and goes it would leave gaps.
  func take(_ count: Int, lasting: Bool = false) -> UnsafeMutablePointer<Float> {
    let bytes = Self.bytes(count)
    let address =
      bytes < Self.smallest
      ? nil
      : state.withLock { state in
        lasting ? state.arena?.takeLast(bytes) : state.arena?.take(bytes)
      }
    let block =
      address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) }
      ?? UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
    return block.assumingMemoryBound(to: Float.self)
  }

  func give(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    let address = UInt(bitPattern: pointer)
    let isOurs = state.withLock { state in
      state.arena?.give(address, Self.bytes(count)) ?? false
    }
    if !isOurs { UnsafeMutableRawPointer(pointer).deallocate() }
  }

  /// Returns all memory that is kept free to the system.
  func trim() {
    state.withLock { state in state.arena?.trim() }
  }
}

/// A range of addresses that is handed out in parts. It takes memory only where it is written to.
private struct Arena {
  private struct Part {
    var start: UInt
    var count: Int
    var end: UInt { start + UInt(count) }
  }
  private let whole: Part
  /// Sorted by address; no two touch.
  private var free: [Part]

  /// Nil where the system grants no such range.
  init?() {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | Self.unreserved
    var count = 1 << 42
    while count >= 1 << 32 {
      if let start = mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0), start != MAP_FAILED {
        #if os(Linux)
          // Pages of 2 MB: fewer faults, and fewer misses of the translation cache.
          madvise(start, count, MADV_HUGEPAGE)
          // A dump of a process that died would go through all those addresses, for minutes.
          madvise(start, count, MADV_DONTDUMP)
        #endif
        whole = Part(start: UInt(bitPattern: start), count: count)
        free = [whole]
        return
      }
      count /= 2
    }
    return nil
  }

  #if os(Linux)
    private static let unreserved = Int32(MAP_NORESERVE)
  #else
    private static let unreserved: Int32 = 0
  #endif

  /// The smallest free part that is large enough, so that large ones stay whole; the lowest of
  /// equals, so that the range stays dense.
  mutating func take(_ count: Int) -> UInt? {
    var best: Int?
    for index in free.indices where free[index].count >= count {
      if best.map({ free[index].count < free[$0].count }) ?? true { best = index }
    }
    guard let best else { return nil }
    let start = free[best].start
    if free[best].count == count {
      free.remove(at: best)
    } else {
      free[best].start += UInt(count)
      free[best].count -= count
    }
    return start
  }

  /// The end of the last free part that is large enough: at first that is the range's end.
  mutating func takeLast(_ count: Int) -> UInt? {
    guard let index = free.lastIndex(where: { $0.count >= count }) else { return nil }
    free[index].count -= count
    let start = free[index].end
    if free[index].count == 0 { free.remove(at: index) }
    return start
  }

  /// False for what was not taken here.
  mutating func give(_ start: UInt, _ count: Int) -> Bool {
    guard start >= whole.start, start < whole.end else { return false }
    var (low, high) = (0, free.count)
    while low < high {
      let middle = (low + high) / 2
      if free[middle].start < start { low = middle + 1 } else { high = middle }
    }
    var part = Part(start: start, count: count)
    if low < free.count, free[low].start == part.end {
      part.count += free[low].count
      free.remove(at: low)
    }
    if low > 0, free[low - 1].end == start {
      free[low - 1].count += part.count
    } else {
      free.insert(part, at: low)
    }
    return true
  }

  func trim() {
    #if os(Linux)
      let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
      for part in free {
        let (start, end) = ((part.start + page - 1) / page * page, part.end / page * page)
        if start < end {
          madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
        }
      }
    #endif
  }
}

/// Gives memory that freed tensors left for reuse back to the system, as before a long pause.
public func releaseUnusedMemory() {
  MemoryPool.shared.trim()
}
