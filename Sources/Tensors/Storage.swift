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
  /// Nil while the values are not made.
  private var memory: UnsafeMutablePointer<Float>?
  /// Floats held.
  package let count: Int
  /// Copies of these values in other layouts, made once and dropped when the values change.
  package internal(set) var packed: [PackedLayout: Storage] = [:]
  /// The same values as whole numbers, where they were read so; dropped when the values change.
  private(set) var quantized: QuantizedRows?

  /// Of gradients from which what an activation cut off is gone: the activation's output.
  private var cutter: ObjectIdentifier?

  /// Keeps memory that is not the pool's, and is only read.
  private let lender: (any Lender)?
  private var isGivenUp = false
  private var deferred: DeferredValues?

  /// Makes uninitialized memory, aligned.
  ///
  /// - Parameter lasting: Whether it will be held for long.
  package init(count: Int, lasting: Bool = false) {
    self.count = count
    memory = MemoryPool.shared.take(count, lasting: lasting)
    lender = nil
  }

  /// Takes memory at any address that floats may have, to read it.
  init(lent pointer: UnsafePointer<Float>, count: Int, by lender: any Lender) {
    self.count = count
    memory = UnsafeMutablePointer(mutating: pointer)
    self.lender = lender
  }

  /// Takes memory for values when they are first looked at.
  init(count: Int, _ deferred: DeferredValues) {
    self.count = count
    self.deferred = deferred
    lender = nil
  }

  /// Takes memory for values when they are first looked at as floats.
  init(rowLength: Int, _ quantized: QuantizedRows) {
    count = quantized.scales.count * rowLength
    self.quantized = quantized
    deferred = DeferredValues(rowLength: rowLength) { rows, values in
      var (from, to) = (quantized.pointer + rows.lowerBound * rowLength, values)
      for scale in quantized.scales[rows] {
        for i in 0..<rowLength { to[i] = Float(from[i]) * scale }
        (from, to) = (from + rowLength, to + rowLength)
      }
    }
    lender = nil
  }

  /// Drops what was made of values that change now.
  func forgetCopies() {
    packed = [:]
    quantized = nil
    cutter = nil
    if deferred != nil { _ = pointer }
    deferred = nil
  }

  deinit { if lender == nil, let memory { MemoryPool.shared.give(memory, count) } }

  package var pointer: UnsafeMutablePointer<Float> {
    if let memory, !isGivenUp { return memory }
    return recalled()
  }

  /// Calls a closure with runs of the values, in their order. Deferred ones are made for that run
  /// alone, a few MiB at a time, and never take the memory of all.
  func forEachRun(_ body: (_ places: Range<Int>, _ values: UnsafePointer<Float>) -> Void) {
    guard let deferred, memory == nil else { return body(0..<count, pointer) }
    let (rowCount, rowLength) = (count / deferred.rowLength, deferred.rowLength)
    let step = max(1, Storage.runLength / rowLength)
    let run = Storage(count: min(step, rowCount) * rowLength)
    for start in stride(from: 0, to: rowCount, by: step) {
      let rows = start..<min(start + step, rowCount)
      deferred.make(rows, run.pointer)
      body(rows.lowerBound * rowLength..<rows.upperBound * rowLength, run.pointer)
    }
  }

  /// Few enough to be read from the cache that they were written to.
  private static let runLength = 1 << 20

  var isMade: Bool { memory != nil }

  /// Whether it is known without looking at the values that all have finite squares.
  var isKnownFinite: Bool { deferred?.areFinite ?? false }

  var isLent: Bool { lender != nil }

  /// Notes that this is the gradient not of an activation's output but of its input.
  func cut(by output: Storage) { cutter = ObjectIdentifier(output) }

  /// Whether that was noted for this output.
  func isCut(by output: Storage?) -> Bool {
    output.map { cutter == ObjectIdentifier($0) } ?? false
  }

  /// Gives the memory of values that can be had again up until they are looked at: for those of which
  /// a copy was packed, and which seldom will be.
  func giveUp() {
    guard count >= Storage.leastGivenUp else { return }
    if let lender {
      isGivenUp = isGivenUp || lender.giveUp()
    } else if let memory, let deferred, deferred.areRepeatable {
      MemoryPool.shared.give(memory, count)
      self.memory = nil
    }
  }

  /// Below it, what a system call and a checksum cost is more than the memory is worth.
  private static let leastGivenUp = 1 << 13

  /// The memory with the values in it that were given up or deferred.
  private func recalled() -> UnsafeMutablePointer<Float> {
    let memory = memory ?? MemoryPool.shared.take(count)
    self.memory = memory
    if let deferred {
      deferred.make(0..<count / deferred.rowLength, memory)
      if !deferred.areRepeatable { self.deferred = nil }
    }
    // No answer must come of values that are not those that were lent.
    if isGivenUp, lender?.readAgain() == false { memory.update(repeating: .nan, count: count) }
    isGivenUp = false
    return memory
  }

  package var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}

/// A matrix each of whose rows is whole numbers, in memory that something else keeps, times a scale.
package struct QuantizedRows {
  package let pointer: UnsafePointer<Int8>
  package let scales: [Float]
  package let lender: AnyObject

  package init(_ pointer: UnsafePointer<Int8>, scales: [Float], lender: AnyObject) {
    (self.pointer, self.scales, self.lender) = (pointer, scales, lender)
  }
}

/// Values that take no memory before they are looked at.
struct DeferredValues {
  /// How many are made together.
  let rowLength: Int
  /// Whether all are known to have finite squares.
  var areFinite = false
  /// Whether they may be let go of and made again.
  var areRepeatable = false
  /// Writes some rows.
  let make: (_ rows: Range<Int>, _ values: UnsafeMutablePointer<Float>) -> Void
}

extension Storage {
  /// Memory for a copy of weights, which lasts where they are not about to be trained. Predicting with
  /// resnet34 in three scales took 381 MiB when copies lay among activations, and 366 apart.
  static func packed(count: Int) -> Storage {
    Storage(count: count, lasting: !Tape.isRecording)
  }
}

/// The name of a cached copy of some weights in a primitive's own layout.
package struct PackedLayout: Hashable {
  let descriptor: [Int]
}
