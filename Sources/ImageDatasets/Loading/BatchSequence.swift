/// The batches of an epoch, in order; some are made ahead on other threads.
///
/// Letting go of it early ends the making: the batches under way are given up at their next photo.
/// Copies share their place; use it from one thread.
public struct BatchSequence {
  /// Ends the making when the last copy is gone.
  private final class Owner {
    let prefetcher: Prefetcher<ImageBatch>

    init(_ prefetcher: Prefetcher<ImageBatch>) { self.prefetcher = prefetcher }

    deinit { prefetcher.cancel() }
  }

  private let owner: Owner

  init(
    range: Range<Int>, threads: Int,
    make: @escaping Prefetcher<ImageBatch>.Make
  ) {
    owner = Owner(Prefetcher(range: range, threads: threads, make: make))
    owner.prefetcher.start()
  }

  /// The next batch, waited for until it is made; nil after the last.
  ///
  /// - Throws: what is wrong with a photo of the batch, naming its file; after that there are no
  ///   more batches.
  public mutating func next() throws -> ImageBatch? {
    try owner.prefetcher.take()
  }
}
