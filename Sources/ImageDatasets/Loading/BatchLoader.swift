import Tensors

/// Makes the batches of an epoch on other threads while a network is busy with the last.
///
/// What a batch holds depends on the seed, the epoch and the batch's place in it alone: not on
/// the number of threads, nor on what was made before. So a training can go on in mid-epoch.
public struct BatchLoader: Sendable {
  /// The photos that an epoch goes through.
  public let samples: [Sample]
  /// How many photos are in a batch.
  public let batchSize: Int
  /// How many batches an epoch has.
  ///
  /// When shuffling, a last batch that is short is left out, unless it is the only one: the photos
  /// in it are others each time. In order, it is kept: each photo is to be scored once.
  public let batchCount: Int
  private let cache: SourceCache
  private let normalization: Normalization
  private let augmentation: Augmentation?
  private let framing: Framing
  private let shuffles: Bool
  private let seed: UInt64
  private let threads: Int

  /// Makes a loader.
  ///
  /// - Parameter dataset: what the samples are of.
  /// - Parameter samples: the photos that an epoch goes through, such as `dataset.samples[.train]`.
  /// - Parameter cache: where sources come from, and their size; loaders may share one.
  /// - Parameter batchSize: photos a batch, at least 1.
  /// - Parameter normalization: what the network takes.
  /// - Parameter augmentation: how photos are varied; nil to take them as they are.
  /// - Parameter framing: which part is shown of photos that are taken as they are.
  /// - Parameter shuffles: whether each epoch has an order of its own.
  /// - Parameter seed: of all that is random.
  /// - Parameter threads: how many batches are made at the same time at most, at least 1.
  public init(
    dataset: ImageDataset, samples: [Sample], cache: SourceCache, batchSize: Int,
    normalization: Normalization, augmentation: Augmentation?, framing: Framing = .middle,
    shuffles: Bool, seed: UInt64, threads: Int
  ) {
    precondition(
      batchSize > 0 && threads > 0,
      "BatchLoader: batches of \(batchSize) photos on \(threads) threads")
    precondition(
      cache.root == dataset.root,
      "BatchLoader: the cache is of \(cache.root), the data set of \(dataset.root)")
    self.samples = samples
    self.batchSize = batchSize
    self.cache = cache
    self.normalization = normalization
    self.augmentation = augmentation
    self.framing = framing
    self.shuffles = shuffles
    self.seed = seed
    self.threads = threads
    let whole = samples.count / batchSize
    let isShort = samples.count % batchSize > 0
    batchCount = isShort && (whole == 0 || !shuffles) ? whole + 1 : whole
  }

  /// The batches of `epoch` from `batch` on; making them begins at once.
  public func epoch(_ epoch: Int, startingAt batch: Int = 0) -> BatchSequence {
    precondition(epoch >= 0 && batch >= 0, "BatchLoader: epoch \(epoch), batch \(batch)")
    let plan = plan(epoch)
    return BatchSequence(range: min(batch, batchCount)..<batchCount, threads: threads) {
      index, isCancelled in try self.batch(index, plan, isCancelled: isCancelled)
    }
  }

  /// In which order an epoch goes through the samples, and where its chance comes from.
  private struct Plan: Sendable {
    let order: [Int]
    let generator: RandomGenerator
  }

  private func plan(_ epoch: Int) -> Plan {
    let generator = RandomGenerator(seed: seed).fork(UInt64(epoch))
    guard shuffles else { return Plan(order: Array(samples.indices), generator: generator) }
    var shuffling = generator.fork(0)
    return Plan(order: samples.indices.permuted(using: &shuffling), generator: generator)
  }

  private func batch(
    _ index: Int, _ plan: Plan, isCancelled: () -> Bool
  ) throws -> ImageBatch? {
    let places = index * batchSize..<min((index + 1) * batchSize, samples.count)
    let size = cache.sourceSize
    let each = 3 * size * size
    var labels: [Int] = []
    var photoSizes: [(width: Int, height: Int)] = []
    var unended: [Int] = []
    let sources = try SourceMemory(count: places.count * each) { values in
      for (row, place) in places.enumerated() {
        // Nobody waits for this batch any more.
        if isCancelled() { return }
        let sample = samples[plan.order[place]]
        let source = try cache.source(sample)
        var generator = plan.generator.fork(1 + UInt64(place))
        let view = augmentation?.view(of: source.image, using: &generator) ?? source.view(framing)
        view.render(
          source.image, size: size, normalization: normalization,
          into: UnsafeMutableBufferPointer(rebasing: values[row * each..<(row + 1) * each]))
        labels.append(sample.label)
        if source.lacksEnd { unended.append(plan.order[place]) }
        photoSizes.append((source.width, source.height))
      }
    }
    guard labels.count == places.count else { return nil }
    return ImageBatch(
      sources: sources, sourceSize: size, labels: labels, indices: Array(plan.order[places]),
      photoSizes: photoSizes, unended: unended)
  }
}
