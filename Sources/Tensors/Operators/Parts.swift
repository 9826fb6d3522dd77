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
  var whole: Tensor?
  for part in 0..<parts {
    let range = count * part / parts..<count * (part + 1) / parts
    let y = body(x.pictures(range))
    let result =
      whole
      ?? Tensor(
        uninitialized: Shape([count] + y.shape.dimensions.dropFirst()), layout: y.layout)
    let run = result.storage.count / count
    let values = y.layout == result.layout ? y : Kernels.current.reordered(y, to: result.layout)
    (result.pointer + range.lowerBound * run).update(
      from: values.pointer, count: values.storage.count)
    whole = result
  }
  return whole ?? body(x)
}

extension Tensor {
  /// Some of the pictures, in the layout of all.
  fileprivate func pictures(_ range: Range<Int>) -> Tensor {
    let part = Tensor(
      uninitialized: Shape([range.count] + shape.dimensions.dropFirst()), layout: layout)
    let run = storage.count / shape[0]
    part.pointer.update(from: pointer + range.lowerBound * run, count: range.count * run)
    return part
  }
}
