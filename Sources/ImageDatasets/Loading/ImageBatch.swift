public import Tensors

/// Photos that are taken through the network together.
public struct ImageBatch: Sendable {
  let sources: SourceMemory
  /// The sources' side S in pixels.
  public let sourceSize: Int
  /// The photos' classes.
  public let labels: [Int]
  /// The photos' places in the loader's list of samples.
  public let indices: [Int]
  /// The upright photos' sizes in pixels.
  public let photoSizes: [(width: Int, height: Int)]
  /// The places in that list of photos whose files lack their end marker; see `Photo.lacksEnd`.
  public let unended: [Int]

  /// How many photos there are.
  public var count: Int { labels.count }

  /// The normalised sources, `[N, 3, S, S]` row by row; a copy.
  public var values: [Float] { tensor().values }

  /// The sources as a tensor of shape `[N, 3, S, S]`, which reads the batch's own memory.
  public func tensor() -> Tensor {
    Tensor(lent: sources.pointer, shape: [count, 3, sourceSize, sourceSize], by: sources)
  }
}

/// Where a batch is written, once, by the thread that makes it.
///
/// From the tensors' pool: the C allocator gives so much back to the system, and 16 sources of 448 pixels
/// cost 9,400 page faults then, a tenth of the processors' time when one network of 128 pixels is trained.
final class SourceMemory: Lender, @unchecked Sendable {
  private let storage: Storage

  /// - Parameter fill: writes all of it.
  init(count: Int, _ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    storage = Storage(count: count, lasting: true)
    try fill(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }
}
