import Files
import Foundation
import ImageDatasets
import Images
import Tensors
import Testing

@Suite struct LoaderTests {
  private static let normalization = Normalization(
    mean: [127.5, 127.5, 127.5], deviation: [60, 60, 60])

  /// Two classes of photos of different sizes.
  private func makePhotos(_ folder: TemporaryFolder, count: Int = 13) throws {
    for (seed, name) in ["a", "b"].enumerated() {
      for index in 0..<count {
        let picture = noise(width: 30 + index, height: 25 + seed, seed: 100 * seed + index)
        try folder.write(try picture.pngData(), to: "\(name)/\(10 + index).png")
      }
    }
  }

  private func dataset(_ folder: TemporaryFolder) throws -> ImageDataset {
    try ImageDataset(contentsOf: folder.path, seed: 1, validationFraction: 0, testFraction: 0)
  }

  private func loader(
    _ dataset: ImageDataset, batchSize: Int = 4, augmentation: Augmentation? = Augmentation(),
    shuffles: Bool = true, seed: UInt64 = 7, threads: Int = 2, budget: Int = 1 << 20
  ) -> BatchLoader {
    BatchLoader(
      dataset: dataset, samples: dataset.samples[.train] ?? [],
      cache: SourceCache(dataset: dataset.root, sourceSize: 24, memoryBudget: budget),
      batchSize: batchSize, normalization: Self.normalization, augmentation: augmentation,
      shuffles: shuffles, seed: seed, threads: threads)
  }

  private func all(_ sequence: BatchSequence) throws -> [ImageBatch] {
    var sequence = sequence
    var batches: [ImageBatch] = []
    while let batch = try sequence.next() { batches.append(batch) }
    #expect(try sequence.next() == nil)
    return batches
  }

  private func bits(_ batches: [ImageBatch]) -> [[UInt32]] {
    batches.map { $0.values.map(\.bitPattern) + $0.indices.map { UInt32($0) } }
  }

  @Test func inOrderEachPhotoComesOnce() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let loader = loader(dataset, augmentation: nil, shuffles: false)
    #expect(loader.batchCount == 7)
    let batches = try all(loader.epoch(3))
    #expect(batches.map(\.count) == [4, 4, 4, 4, 4, 4, 2])
    #expect(batches.flatMap(\.indices) == Array(0..<26))
    #expect(
      batches.flatMap(\.labels) == Array(repeating: 0, count: 13) + Array(repeating: 1, count: 13))
    #expect(batches[3].photoSizes.map(\.width) == [42, 30, 31, 32])
    #expect(batches[3].photoSizes.map(\.height) == [25, 26, 26, 26])
    let last = try Photo(contentsOf: dataset.path(of: loader.samples[25]))
    let source = Source(last, size: 24)
    let expected = source.view(.middle).rendered(
      source.image, size: 24, normalization: Self.normalization)
    #expect(Array(batches[6].values.suffix(expected.count)) == expected)
    #expect(batches[6].values.count == 2 * expected.count)
    let tensor = batches[6].tensor()
    #expect(tensor.shape == [2, 3, 24, 24])
    #expect(tensor.values == batches[6].values)
  }

  @Test func theLastShortBatchIsLeftOutWhenShuffling() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let shuffled = loader(dataset)
    #expect(shuffled.batchCount == 6)
    #expect(try all(shuffled.epoch(0)).map(\.count) == [4, 4, 4, 4, 4, 4])
    #expect(loader(dataset, batchSize: 13).batchCount == 2)
    let single = loader(dataset, batchSize: 100)
    #expect(single.batchCount == 1)
    #expect(try all(single.epoch(0)).map(\.count) == [26])
  }

  @Test func threadsAndMemoryChangeNothing() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let expected = bits(try all(loader(dataset, threads: 1).epoch(2)))
    for threads in [2, 4] {
      #expect(bits(try all(loader(dataset, threads: threads).epoch(2))) == expected)
    }
    #expect(bits(try all(loader(dataset, budget: 0).epoch(2))) == expected)
    // A loader that has made other epochs before, from kept sources.
    let used = loader(dataset)
    _ = try all(used.epoch(0))
    #expect(bits(try all(used.epoch(2))) == expected)
  }

  @Test func epochsAndSeedsDiffer() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let first = try all(loader(dataset).epoch(0))
    let second = try all(loader(dataset).epoch(1))
    let seeded = try all(loader(dataset, seed: 8).epoch(0))
    #expect(first.flatMap(\.indices) != second.flatMap(\.indices))
    #expect(first.flatMap(\.indices) != seeded.flatMap(\.indices))
    #expect(Set(first.flatMap(\.indices)).count == 24)
    // Not only the order: the same photo is seen otherwise.
    let still = try all(loader(dataset, shuffles: false).epoch(0))
    let varied = try all(loader(dataset, shuffles: false).epoch(1))
    #expect(still[0].indices == varied[0].indices && still[0].values != varied[0].values)
  }

  @Test func anEpochGoesOnFromItsMiddle() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let whole = bits(try all(loader(dataset).epoch(5)))
    for start in [0, 1, 4, 6, 9] {
      let tail = bits(try all(loader(dataset).epoch(5, startingAt: start)))
      #expect(tail == Array(whole.dropFirst(start)))
    }
  }

  @Test func aBadPhotoIsNamedInItsTurn() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    try folder.write("no picture", to: "a/19.png")
    let dataset = try dataset(folder)
    for threads in [1, 4] {
      var sequence = loader(dataset, shuffles: false, threads: threads).epoch(0)
      #expect(try sequence.next()?.indices == [0, 1, 2, 3])
      #expect(try sequence.next()?.indices == [4, 5, 6, 7])
      let text = message { try sequence.next() }
      #expect(text.contains(folder.path + "/a/19.png") && !text.contains("\n"))
      #expect(try sequence.next() == nil)
    }
  }

  @Test(.timeLimit(.minutes(1))) func abandonedEpochsEnd() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    weak var leftover: SourceCache?
    for round in 0..<20 {
      let cache = SourceCache(dataset: dataset.root, sourceSize: 24, memoryBudget: 0)
      leftover = cache
      let loader = BatchLoader(
        dataset: dataset, samples: dataset.samples[.train] ?? [], cache: cache, batchSize: 2,
        normalization: Self.normalization, augmentation: nil, shuffles: true, seed: 1, threads: 3)
      var sequence = loader.epoch(0)
      for _ in 0..<round % 4 { _ = try sequence.next() }
    }
    // The threads let go of the cache as soon as they see that nobody waits.
    for _ in 0..<500 where leftover != nil { usleep(10_000) }
    #expect(leftover == nil)
  }

  @Test func noPhotosAreNoBatches() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder, count: 2)
    let dataset = try dataset(folder)
    let loader = BatchLoader(
      dataset: dataset, samples: [],
      cache: SourceCache(dataset: dataset.root, sourceSize: 8, memoryBudget: 0), batchSize: 2,
      normalization: Self.normalization, augmentation: nil, shuffles: true, seed: 1, threads: 2)
    #expect(loader.batchCount == 0)
    #expect(try all(loader.epoch(0)).isEmpty)
  }

  @Test func theCacheKeepsToItsBudget() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let samples = dataset.samples[.train] ?? []
    let keepsNone = SourceCache(dataset: dataset.root, sourceSize: 10, memoryBudget: 0)
    let sizes = try samples.prefix(4).map { try keepsNone.source($0).image.pixels.count }
    #expect(keepsNone.count == 0)
    let budget = sizes.reduce(1, +)
    let cache = SourceCache(dataset: dataset.root, sourceSize: 10, memoryBudget: budget)
    let first = try samples.map { try cache.source($0).image }
    #expect(cache.count == 4)
    // What is kept is taken from memory, and is the same.
    for (sample, image) in zip(samples, first).reversed() {
      #expect(try cache.source(sample).image == image)
    }
    #expect(cache.count == 4)
    try folder.remove(samples[0].path)
    #expect(try cache.source(samples[0]).image == first[0])
    try folder.remove(samples[9].path)
    #expect(throws: ImageError.self) { try cache.source(samples[9]) }
  }

  /// What memory does not hold is read from disk again, the same to the bit, as far as its photo is much
  /// larger and there is room.
  @Test func theCacheGoesOnOnDisk() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    let samples = dataset.samples[.train] ?? []
    func cache(_ scratch: ScratchFile?, sourceSize: Int = 10) -> SourceCache {
      SourceCache(
        dataset: dataset.root, sourceSize: sourceSize, memoryBudget: 0, scratch: scratch)
    }
    let decoded = try samples.map { try cache(nil).source($0) }
    let sizes = decoded.map(\.image.pixels.count)
    let scratch = try #require(ScratchFile(in: folder.path, limit: sizes.dropLast(2).reduce(1, +)))
    let kept = cache(scratch)
    for sample in samples { _ = try kept.source(sample) }
    #expect(kept.count == samples.count - 2)
    #expect(scratch.count == sizes.dropLast(2).reduce(0, +))
    for sample in samples.dropLast(2) { try folder.remove(sample.path) }
    for (sample, source) in zip(samples, decoded) {
      let again = try kept.source(sample)
      #expect(again.image == source.image && again.lacksEnd == source.lacksEnd)
      #expect(again.width == source.width && again.height == source.height)
      #expect(again.view(.middle) == source.view(.middle))
    }
    // Photos that are hardly larger than their sources are decoded as soon.
    let small = cache(ScratchFile(in: folder.path, limit: 1 << 20), sourceSize: 16)
    _ = try small.source(samples[samples.count - 1])
    #expect(small.count == 0)
  }

  /// Many threads at once, on one disk file.
  @Test func batchesFromDiskAreTheSame() throws {
    let folder = try TemporaryFolder()
    try makePhotos(folder)
    let dataset = try dataset(folder)
    func loader(_ scratch: ScratchFile?) -> BatchLoader {
      BatchLoader(
        dataset: dataset, samples: dataset.samples[.train] ?? [],
        cache: SourceCache(
          dataset: dataset.root, sourceSize: 10, memoryBudget: 3000, scratch: scratch),
        batchSize: 4, normalization: Self.normalization, augmentation: Augmentation(),
        shuffles: true, seed: 7, threads: 3)
    }
    let scratch = try #require(ScratchFile(in: folder.path, limit: 1 << 20))
    let (decoding, reading) = (loader(nil), loader(scratch))
    for epoch in 0..<4 {
      let (expected, found) = (try all(decoding.epoch(epoch)), try all(reading.epoch(epoch)))
      #expect(expected.map(\.labels) == found.map(\.labels))
      #expect(expected.map { $0.tensor().values } == found.map { $0.tensor().values })
    }
    #expect(scratch.count > 0)
  }
}
