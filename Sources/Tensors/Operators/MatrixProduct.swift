extension Tensor {
  /// The matrix product of the last two axes: [..., M, K] times [..., K, N] gives [..., M, N].
  ///
  /// The axes before them broadcast. Shapes that do not fit trap.
  ///
  /// - Parameters:
  ///   - transposingLeft: this tensor lies as [..., K, M].
  ///   - transposingRight: the other lies as [..., N, K].
  public func matrixProduct(
    _ other: Tensor, transposingLeft: Bool = false, transposingRight: Bool = false
  ) -> Tensor {
    let (a, b) = (plain, other.plain)
    let result = product(a, b, transposingLeft, transposingRight)
    let keptA = other.wantsGradient ? a : nil
    let keptB = wantsGradient ? b : nil
    let (shapeA, shapeB) = (shape, other.shape)
    return result.recorded(from: [self, other]) { dy in
      [
        keptB.map { b in
          let da =
            transposingLeft
            ? product(b, dy.plain, transposingRight, true)
            : product(dy.plain, b, false, !transposingRight)
          return da.summed(to: shapeA)
        },
        keptA.map { a in
          let db =
            transposingRight
            ? product(dy.plain, a, true, transposingLeft)
            : product(a, dy.plain, !transposingLeft, false)
          return db.summed(to: shapeB)
        },
      ]
    }
  }
}

/// `x W^T + b` along the last axis. Shapes that do not fit trap.
///
/// - Parameters:
///   - input: [..., I].
///   - weight: [O, I].
///   - bias: [O].
/// - Returns: [..., O].
public func linear(_ input: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  precondition(
    input.shape.rank > 0 && weight.shape.rank == 2 && input.shape[-1] == weight.shape[1]
      && bias.map { $0.shape == [weight.shape[0]] } ?? true,
    "linear: \(input.shape) with \(weight.shape) and \(bias?.shape ?? [])")
  let rows: Shape = [input.shape.dimensions.dropLast().reduce(1, *), input.shape[-1]]
  let (x, w, old) = (input.withShape(rows), weight.plain, input.shape)
  let y = quantizedProduct(x, w) ?? product(x, w, false, true)
  if let bias { Kernels.current.addToRows(bias.plain, of: y, into: y) }
  let keptX = weight.wantsGradient ? x : nil
  let keptWeight = input.wantsGradient ? w : nil
  let wantsBias = bias?.wantsGradient ?? false
  return y.withShape(Shape(old.dimensions.dropLast() + [w.shape[0]]))
    .recorded(from: [input, weight] + (bias.map { [$0] } ?? [])) { dy in
      let dy = dy.withShape(y.shape)
      return [
        keptWeight.map { product(dy, $0, false, false).withShape(old) },
        keptX.map { weightGradient(dy, $0) },
        wantsBias ? Kernels.current.rowSum(dy) : nil,
      ]
    }
}

/// `x w^T` of a matrix of whole numbers; nil where it is none, or where there are so many rows that
/// a copy of floats, made once, is worth its memory.
private func quantizedProduct(_ x: Tensor, _ w: Tensor) -> Tensor? {
  let (rows, mostRows) = (x.shape[0], 64)
  guard let quantized = w.storage.quantized, rows <= mostRows, x.shape[1] > 0 else { return nil }
  return Tensor([rows, w.shape[0]]) { y in
    guard let y = y.baseAddress, rows > 0 else { return }
    Kernels.current.quantizedMatrixProduct(
      (rows, w.shape[0], w.shape[1]), x.pointer, quantized, into: y)
  }
}

/// `dy^T x`: [R, O] and [R, I] to [O, I].
///
/// Of few rows it is made only when it is looked at: an optimizer holds all gradients until the
/// last is known, and that of a layer on a whole feature map is as large as all else.
private func weightGradient(_ dy: Tensor, _ x: Tensor) -> Tensor {
  let (rows, outputs, inputs) = (dy.shape[0], dy.shape[1], x.shape[1])
  guard dy.shape.count + x.shape.count < outputs * inputs else {
    return product(dy, x, true, false)
  }
  let (left, kernels) = (dy.detached.transposed([1, 0]), Kernels.current)
  // No element is greater but by rounding, which is far from doubling it.
  let bound = Double(rows) * Double(dy.greatestMagnitude) * Double(x.greatestMagnitude)
  let deferred = DeferredValues(rowLength: inputs, areFinite: bound < 0x1p62) { part, values in
    kernels.matrixProduct(
      (part.count, inputs, rows), left.pointer + part.lowerBound * rows, transposed: false,
      x.pointer, transposed: false, into: values)
  }
  let shape: Shape = [outputs, inputs]
  return Tensor(shape: shape, storage: Storage(count: shape.count, deferred))
}

/// The product of row-major tensors, off the tape.
private func product(
  _ a: Tensor, _ b: Tensor, _ transposesA: Bool, _ transposesB: Bool
) -> Tensor {
  precondition(
    a.shape.rank >= 2 && b.shape.rank >= 2, "matrixProduct: \(a.shape) and \(b.shape)")
  let (m, k) = transposesA ? (a.shape[-1], a.shape[-2]) : (a.shape[-2], a.shape[-1])
  let (inner, n) = transposesB ? (b.shape[-1], b.shape[-2]) : (b.shape[-2], b.shape[-1])
  precondition(k == inner, "matrixProduct: \(a.shape) and \(b.shape) do not fit")
  let outerA = Shape(Array(a.shape.dimensions.dropLast(2)))
  let outerB = Shape(Array(b.shape.dimensions.dropLast(2)))
  let outer = outerA.broadcast(with: outerB, in: "matrixProduct")
  let kernels = Kernels.current
  return Tensor(Shape(outer.dimensions + [m, n])) { c in
    guard let c = c.baseAddress, m > 0, n > 0 else { return }
    // Many products with one matrix are one product with a taller left side.
    if outerB.count == 1, !transposesA {
      let rows = outer.count * m
      kernels.matrixProduct(
        (rows, n, k), a.pointer, transposed: false, b.pointer, transposed: transposesB, into: c)
      return
    }
    let (stridesA, stridesB) = (
      outerA.strides(broadcastTo: outer), outerB.strides(broadcastTo: outer)
    )
    for i in 0..<outer.count {
      var (rest, placeA, placeB) = (i, 0, 0)
      for axis in (0..<outer.rank).reversed() {
        placeA += rest % outer[axis] * stridesA[axis]
        placeB += rest % outer[axis] * stridesB[axis]
        rest /= outer[axis]
      }
      kernels.matrixProduct(
        (m, n, k), a.pointer + placeA * m * k, transposed: transposesA,
        b.pointer + placeB * k * n, transposed: transposesB, into: c + i * m * n)
    }
  }
}
