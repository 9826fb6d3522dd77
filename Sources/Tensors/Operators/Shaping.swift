extension Tensor {
  /// The same row-major values under another shape of as many elements; another count traps.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(
      shape.count == self.shape.count, "reshaped: \(self.shape) to \(shape), of another count")
    let old = self.shape
    return withShape(shape).recorded(from: [self]) { dy in [dy.withShape(old)] }
  }

  /// The axes in another order: axis i of the result is axis `permutation[i]` of this.
  public func transposed(_ permutation: [Int]) -> Tensor {
    precondition(
      permutation.sorted() == Array(0..<shape.rank),
      "transposed: \(permutation) does not order the axes of \(shape)")
    var inverse = permutation
    for (i, axis) in permutation.enumerated() { inverse[axis] = i }
    return permuted(permutation).recorded(from: [self]) { [inverse] dy in [dy.permuted(inverse)] }
  }

  private func permuted(_ permutation: [Int]) -> Tensor {
    let x = plain
    let (strides, result) = (
      permutation.map { shape.strides[$0] }, Shape(permutation.map { shape[$0] })
    )
    guard let run = result.dimensions.last, let step = strides.last else { return x }
    return Tensor(result) { y in
      var index = [Int](repeating: 0, count: permutation.count - 1)
      var place = 0
      for start in stride(from: 0, to: y.count, by: Swift.max(1, run)) {
        let (from, to) = (x.pointer + place, y.baseAddress.unsafelyUnwrapped + start)
        if step == 1 {
          to.update(from: from, count: run)
        } else {
          for i in 0..<run { to[i] = from[i * step] }
        }
        for axis in index.indices.reversed() {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < result[axis] { break }
          place -= strides[axis] * index[axis]
          index[axis] = 0
        }
      }
    }
  }

  /// A range of an axis; one beyond the extent traps.
  public func sliced(_ range: Range<Int>, axis: Int) -> Tensor {
    let axis = shape.axis(axis, in: "sliced")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "sliced: \(range) of the axis \(axis) of \(shape)")
    return gathered(Array(range), axis: axis)
  }

  /// The slices of an axis at some indices, in their order; one may come more than once.
  public func gathered(_ indices: [Int], axis: Int) -> Tensor {
    let axis = shape.axis(axis, in: "gathered")
    let extent = shape[axis]
    precondition(
      indices.allSatisfy { (0..<extent).contains($0) },
      "gathered: an index beyond the axis \(axis) of \(shape)")
    let run = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    var dimensions = shape.dimensions
    dimensions[axis] = indices.count
    let (x, old) = (plain, shape)
    return Tensor(Shape(dimensions)) { y in
      for o in 0..<outer {
        for (i, index) in indices.enumerated() {
          let (to, from) = ((o * indices.count + i) * run, (o * extent + index) * run)
          for j in 0..<run { y[to + j] = x.pointer[from + j] }
        }
      }
    }.recorded(from: [self]) { dy in
      let (dx, dy) = (Tensor.zeros(old), dy.plain)
      for o in 0..<outer {
        for (i, index) in indices.enumerated() {
          let (from, to) = ((o * indices.count + i) * run, (o * extent + index) * run)
          for j in 0..<run { dx.pointer[to + j] += dy.pointer[from + j] }
        }
      }
      return [dx]
    }
  }

  /// One element a row of [N, K], at the column that `classes` gives; the result is [N].
  public func picked(_ classes: [Int]) -> Tensor {
    precondition(
      shape.rank == 2 && shape[0] == classes.count
        && classes.allSatisfy { (0..<shape[1]).contains($0) },
      "picked: \(classes.count) classes, or one too great, for \(shape)")
    let columns = shape[1]
    return reshaped([shape.count])
      .gathered(classes.enumerated().map { $0 * columns + $1 }, axis: 0)
  }
}

/// Tensors one after the other along an axis; their other extents must be equal.
public func concatenated(_ tensors: [Tensor], axis: Int) -> Tensor {
  precondition(!tensors.isEmpty, "concatenated: nothing")
  let axis = tensors[0].shape.axis(axis, in: "concatenated")
  var dimensions = tensors[0].shape.dimensions
  for tensor in tensors.dropFirst() {
    var expected = dimensions
    expected[axis] = tensor.shape.rank > axis ? tensor.shape[axis] : -1
    precondition(
      tensor.shape.dimensions == expected,
      "concatenated: \(tensors[0].shape) and \(tensor.shape) along the axis \(axis)")
  }
  let extents = tensors.map { $0.shape[axis] }
  dimensions[axis] = extents.reduce(0, +)
  let outer = dimensions[..<axis].reduce(1, *)
  let run = dimensions[axis...].reduce(1, *)
  let parts = tensors.map(\.plain)
  return Tensor(Shape(dimensions)) { y in
    var start = 0
    for part in parts {
      let count = outer == 0 ? 0 : part.shape.count / outer
      for o in 0..<outer {
        for j in 0..<count { y[o * run + start + j] = part.pointer[o * count + j] }
      }
      start += count
    }
  }.recorded(from: tensors) { dy in
    var start = 0
    return extents.map { extent in
      defer { start += extent }
      return dy.detached.sliced(start..<start + extent, axis: axis)
    }
  }
}
