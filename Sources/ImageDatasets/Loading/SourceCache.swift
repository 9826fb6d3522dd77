public import Images
import Synchronization

/// Decodes photos to sources, and keeps them while they fit into a budget of memory.
///
/// What is kept are the 8-bit samples, so that a source is the same to the bit whether kept or not.
/// When the budget is spent nothing more is kept: epochs go through all photos in turn, where
/// dropping the oldest for the newest would find none again.
public final class SourceCache: Sendable {
  private struct State {
    var sources: [String: Source] = [:]
    var bytes = 0
  }

  /// The folder that the samples' paths start from.
  public let root: String
  /// The side in pixels of the squares that are seen.
  public let sourceSize: Int
  /// How many bytes of samples are kept at most.
  public let memoryBudget: Int
  private let state = Mutex(State())

  /// Makes an empty cache.
  ///
  /// - Parameter root: the data set's folder.
  /// - Parameter sourceSize: the side in pixels of the squares that are seen.
  /// - Parameter memoryBudget: how many bytes of samples (3 bytes a pixel) are kept at most.
  public init(dataset root: String, sourceSize: Int, memoryBudget: Int) {
    precondition(sourceSize > 0, "SourceCache: a source of \(sourceSize) pixels")
    self.root = root
    self.sourceSize = sourceSize
    self.memoryBudget = memoryBudget
  }

  /// How many sources are kept.
  public var count: Int { state.withLock { $0.sources.count } }

  /// The source of `sample`, decoded unless it is kept.
  ///
  /// - Throws: what is wrong with the photo, naming its file.
  public func source(_ sample: Sample) throws(ImageError) -> Source {
    if let kept = state.withLock({ $0.sources[sample.path] }) { return kept }
    // Not under the lock: others go on. Two may decode the same photo, to the same source.
    let source = try decoded(root + "/" + sample.path)
    let cost = source.image.pixels.count
    state.withLock { state in
      guard state.sources[sample.path] == nil, cost <= memoryBudget - state.bytes else { return }
      state.sources[sample.path] = source
      state.bytes += cost
    }
    return source
  }

  private func decoded(_ path: String) throws(ImageError) -> Source {
    // Scaled decoding leaves both sides no smaller than the source's, so that no detail is lost.
    Source(
      try Photo(contentsOf: path, minimumSide: Source.shorterSide(sourceSize)), size: sourceSize)
  }
}
