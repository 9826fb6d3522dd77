extension Tensor {
  /// The sum over some axes, or over all.
  ///
  /// - Parameters:
  ///   - axes: the axes to sum over; nil means all of them. One out of range traps.
  ///   - keepingDimensions: whether the axes stay, with extent 1.
  public func sum(_ axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    let reduced = Set((axes ?? Array(0..<self.shape.rank)).map { self.shape.axis($0, in: "sum") })
    let kept = self.shape.reduced(reduced, keepingDimensions: true)
    let shape = shape
    let result = summed(to: kept).plain
    return Tensor(
      shape: shape.reduced(reduced, keepingDimensions: keepingDimensions), storage: result.storage
    ).recorded(from: [self]) { dy in
      [dy.withShape(kept).broadcast(to: shape)]
    }
  }

  /// The mean over some axes, or over all; as `sum(_:keepingDimensions:)`.
  public func mean(_ axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    let total = sum(axes, keepingDimensions: keepingDimensions)
    return total * (Float(total.shape.count) / Float(Swift.max(1, shape.count)))
  }

  /// The greatest element along an axis; the gradient goes to the first of equals.
  public func max(_ axis: Int, keepingDimensions: Bool = false) -> Tensor {
    let axis = shape.axis(axis, in: "max")
    let (x, lines) = (plain, Lines(shape, axis: axis))
    precondition(lines.count > 0, "max: \(shape) is empty along the axis \(axis)")
    let places = lines.starts.map { start in
      (1..<lines.count).reduce(start) { best, i in
        x.pointer[start + i * lines.step] > x.pointer[best] ? start + i * lines.step : best
      }
    }
    let reduced = shape.reduced([axis], keepingDimensions: keepingDimensions)
    let shape = shape
    return Tensor(places.map { x.pointer[$0] }, shape: reduced).recorded(from: [self]) { dy in
      let (dx, dy) = (Tensor.zeros(shape), dy.plain)
      for (i, place) in places.enumerated() { dx.pointer[place] = dy.pointer[i] }
      return [dx]
    }
  }

  /// The place of the greatest element of each row of [N, K]; the first of equals.
  public func argmax() -> [Int] {
    precondition(shape.rank == 2 && shape[1] > 0, "argmax: \(shape) is not [N, K]")
    let (columns, x) = (shape[1], plain)
    return (0..<shape[0]).map { row in
      (1..<columns).reduce(0) { best, i in
        x.pointer[row * columns + i] > x.pointer[row * columns + best] ? i : best
      }
    }
  }

  /// The same row-major values under another shape of as many elements, off the tape.
  func withShape(_ shape: Shape) -> Tensor {
    Tensor(shape: shape, storage: plain.storage)
  }

  /// The values repeated to a larger shape, off the tape.
  func broadcast(to shape: Shape) -> Tensor {
    self.shape == shape ? detached : (Tensor.zeros(shape) + detached)
  }
}

/// The lines of a row-major tensor along one axis: where each begins, and the step within it.
struct Lines {
  let count: Int
  let step: Int
  let starts: [Int]

  init(_ shape: Shape, axis: Int) {
    count = shape[axis]
    let step = shape.strides[axis]
    self.step = step
    let block = count * step
    let outer = block == 0 ? 0 : shape.count / block
    starts = (0..<outer).flatMap { o in (0..<step).map { o * block + $0 } }
  }
}
