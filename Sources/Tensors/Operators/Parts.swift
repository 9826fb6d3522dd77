/// Applies a part of a network to a few pictures of `x [N, ...]` at a time, off the tape, where what
/// it makes of all together would be too large for the cache.
///
/// - Parameters:
///   - most: Elements of `x` at a time, but always one picture.
///   - body: `[n, ...]` to `[n, ...]`, each picture by itself.
package func applied(to x: Tensor, most: Int, _ body: (Tensor) -> Tensor) -> Tensor {
  let count = x.shape.rank > 0 ? x.shape[0] : 1
  let parts = min(count, (x.shape.count + most - 1) / most)
  guard parts > 1 else { return body(x) }
  let ranges = (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
  // No part is kept while the next one is made.
  let whole = {
    let first = body(x.pictures(ranges[0]))
    let whole = Tensor(
      uninitialized: Shape([count] + first.shape.dimensions.dropFirst()), layout: first.layout)
    whole.place(first, at: ranges[0])
    return whole
  }()
  for range in ranges.dropFirst() { whole.place(body(x.pictures(range)), at: range) }
  return whole
}

extension Tensor {
  /// Writes some of the pictures.
  fileprivate func place(_ part: Tensor, at range: Range<Int>) {
    let run = storage.count / shape[0]
    let values = Kernels.current.reordered(part, to: layout)
    Kernels.current.copy(
      values.pointer, to: pointer + range.lowerBound * run, count: values.storage.count)
  }

  /// Some of the pictures, where they lie.
  fileprivate func pictures(_ range: Range<Int>) -> Tensor {
    let run = storage.count / shape[0]
    return Tensor(
      shape: Shape([range.count] + shape.dimensions.dropFirst()),
      storage: Storage(
        lent: pointer + range.lowerBound * run, count: range.count * run, by: Whole(storage)),
      layout: layout)
  }
}

/// Keeps the memory of which a part is lent.
private final class Whole: Lender {
  private let storage: Storage

  init(_ storage: Storage) { self.storage = storage }
}
