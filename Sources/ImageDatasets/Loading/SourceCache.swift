public import Files
public import Images
import Synchronization

/// Decodes photos to sources, and keeps them while they fit into a budget of memory, then into one of disk.
///
/// What is kept are the 8-bit samples, so that a source is the same to the bit whether kept or not.
/// When the budgets are spent nothing more is kept: epochs go through all photos in turn, where
/// dropping the oldest for the newest would find none again.
public final class SourceCache: Sendable {
  /// Where a source is.
  private enum Place {
    case memory(Source)
    case disk(Int, width: Int, height: Int, photo: (width: Int, height: Int), lacksEnd: Bool)
  }

  private struct State {
    var places: [String: Place] = [:]
    var bytes = 0
  }

  /// How many times the pixels of its source a photo has at least that is kept on disk. One of 12 megapixels
  /// takes 14 ms of a processor to become a source of 1 MB, one of CUB's, of 0.2 megapixels, not 2, which
  /// is not worth the disk.
  private static let leastReduction = 4

  /// The folder that the samples' paths start from.
  public let root: String
  /// The side in pixels of the squares that are seen.
  public let sourceSize: Int
  /// How many bytes of samples are kept in memory at most.
  public let memoryBudget: Int
  private let scratch: ScratchFile?
  private let state = Mutex(State())

  /// Makes an empty cache.
  ///
  /// - Parameter root: the data set's folder.
  /// - Parameter sourceSize: the side in pixels of the squares that are seen.
  /// - Parameter memoryBudget: how many bytes of samples (3 bytes a pixel) are kept in memory at most.
  /// - Parameter scratch: room on disk for what memory does not hold, as far as its photos are much
  ///   larger than their sources; nil for none.
  public init(
    dataset root: String, sourceSize: Int, memoryBudget: Int, scratch: ScratchFile? = nil
  ) {
    precondition(sourceSize > 0, "SourceCache: a source of \(sourceSize) pixels")
    self.root = root
    self.sourceSize = sourceSize
    self.memoryBudget = memoryBudget
    self.scratch = scratch
  }

  /// How many sources are kept.
  public var count: Int { state.withLock { $0.places.count } }

  /// The source of `sample`, decoded unless it is kept.
  ///
  /// - Throws: what is wrong with the photo, naming its file.
  public func source(_ sample: Sample) throws(ImageError) -> Source {
    if let kept = kept(sample.path) { return kept }
    // Not under the lock: others go on. Two may decode the same photo, to the same source.
    let source = try decoded(root + "/" + sample.path)
    keep(source, sample.path)
    return source
  }

  private func kept(_ path: String) -> Source? {
    switch state.withLock({ $0.places[path] }) {
    case nil: return nil
    case .memory(let source): return source
    case .disk(let place, let width, let height, let photo, let lacksEnd):
      return scratch?.bytes(3 * width * height, at: place).map {
        Source(
          Image(width: width, height: height, pixels: $0), of: photo, size: sourceSize,
          lacksEnd: lacksEnd)
      }
    }
  }

  private func keep(_ source: Source, _ path: String) {
    let image = source.image
    let cost = image.pixels.count
    let lacksMemory = state.withLock { state in
      guard state.places[path] == nil else { return false }
      guard cost <= memoryBudget - state.bytes else { return true }
      state.places[path] = .memory(source)
      state.bytes += cost
      return false
    }
    guard lacksMemory,
      source.width * source.height >= Self.leastReduction * image.width * image.height,
      let place = scratch?.append(image.pixels)
    else { return }
    state.withLock { state in
      // Another thread may have kept it meanwhile: either will do.
      state.places[path] = .disk(
        place, width: image.width, height: image.height, photo: (source.width, source.height),
        lacksEnd: source.lacksEnd)
    }
  }

  private func decoded(_ path: String) throws(ImageError) -> Source {
    // Scaled decoding leaves both sides no smaller than the source's, so that no detail is lost.
    Source(
      try Photo(contentsOf: path, minimumSide: Source.shorterSide(sourceSize)), size: sourceSize)
  }
}
