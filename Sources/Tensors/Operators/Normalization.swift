/// Batch normalisation with the statistics of the batch, its activation fused.
///
/// Source: Ioffe, Szegedy, "Batch Normalization", 2015.
///
/// - Parameters:
///   - input: [N, C, H, W].
///   - scale: [C], multiplies the normalised values.
///   - shift: [C], is added to them.
///   - epsilon: is added to the variance.
/// - Returns: the output, and the mean and biased variance [C] of the batch, off the tape.
public func batchNorm(
  _ input: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, activation: Activation = .none
) -> (output: Tensor, mean: Tensor, variance: Tensor) {
  precondition(
    input.shape.rank == 4 && scale.shape == [input.shape[1]] && shift.shape == scale.shape,
    "batchNorm: \(input.shape) with \(scale.shape) and \(shift.shape)")
  let (x, factor, offset) = (input.detached, scale.plain, shift.plain)
  let (mean, variance) = Kernels.current.batchMoments(x)
  func normalized() -> Tensor {
    Kernels.current.normalized(
      x, scale: factor, shift: offset, epsilon: epsilon, activation, mean: mean,
      variance: variance)
  }
  // What follows need not keep the output: the input is kept, and one pass makes it again.
  let output = normalized().recorded(from: [input, scale, shift], remade: normalized) { dy in
    let gradient = Kernels.current.batchNormGradient(
      x, dy, scale: factor, shift: offset, epsilon: epsilon, activation, mean: mean,
      variance: variance)
    return [gradient.dx, gradient.dscale, gradient.dshift]
  }
  return (output, mean, variance)
}

/// Layer normalisation along the last axis.
///
/// Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
///
/// - Parameters:
///   - input: [..., D].
///   - scale: [D], multiplies the normalised values.
///   - shift: [D], is added to them.
///   - epsilon: is added to the variance.
/// - Returns: [..., D].
public func layerNorm(
  _ input: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
) -> Tensor {
  precondition(
    input.shape.rank > 0 && scale.shape == [input.shape[-1]] && shift.shape == scale.shape,
    "layerNorm: \(input.shape) with \(scale.shape) and \(shift.shape)")
  return input.standardized(epsilon: epsilon) * scale + shift
}

extension Tensor {
  /// Each line of the last axis less its mean, over its deviation.
  fileprivate func standardized(epsilon: Float) -> Tensor {
    let (x, columns) = (plain, shape[-1])
    let rows = columns == 0 ? 0 : shape.count / columns
    let y = Tensor(uninitialized: shape)
    var inverses = [Float](repeating: 0, count: rows)
    for row in 0..<rows {
      let (x, y) = (x.pointer + row * columns, y.pointer + row * columns)
      var sum = 0.0
      for i in 0..<columns { sum += Double(x[i]) }
      let mean = Float(sum / Double(columns))
      var squares = 0.0
      for i in 0..<columns {
        y[i] = x[i] - mean
        squares += Double(y[i] * y[i])
      }
      inverses[row] = 1 / (Float(squares / Double(columns)) + epsilon).squareRoot()
      for i in 0..<columns { y[i] *= inverses[row] }
    }
    return y.recorded(from: [self]) { [inverses] dy in
      let dy = dy.plain
      let dx = Tensor(uninitialized: y.shape)
      for row in 0..<rows {
        let start = row * columns
        let (y, dy, dx) = (y.pointer + start, dy.pointer + start, dx.pointer + start)
        var (sum, product) = (0.0, 0.0)
        for i in 0..<columns {
          sum += Double(dy[i])
          product += Double(dy[i] * y[i])
        }
        let (mean, meanProduct) = (Float(sum / Double(columns)), Float(product / Double(columns)))
        for i in 0..<columns { dx[i] = inverses[row] * (dy[i] - mean - y[i] * meanProduct) }
      }
      return [dx]
    }
  }

  /// Each line of an axis divided by its Euclidean length, or by `epsilon` where that is greater.
  public func l2Normalized(axis: Int = -1, epsilon: Float = 1e-12) -> Tensor {
    let lines = Lines(shape, axis: shape.axis(axis, in: "l2Normalized"))
    let x = plain
    let y = Tensor(uninitialized: shape)
    let lengths = lines.starts.map { start in
      var squares = 0.0
      for i in lines.places(from: start) { squares += Double(x.pointer[i] * x.pointer[i]) }
      return Float(squares.squareRoot())
    }
    for (start, length) in zip(lines.starts, lengths) {
      for i in lines.places(from: start) {
        y.pointer[i] = x.pointer[i] / Swift.max(length, epsilon)
      }
    }
    return y.recorded(from: [self]) { dy in
      let dy = dy.plain
      let dx = Tensor(uninitialized: y.shape)
      for (start, length) in zip(lines.starts, lengths) {
        var product: Float = 0
        if length > epsilon {
          for i in lines.places(from: start) { product += dy.pointer[i] * y.pointer[i] }
        }
        for i in lines.places(from: start) {
          dx.pointer[i] =
            (dy.pointer[i] - y.pointer[i] * product) / Swift.max(length, epsilon)
        }
      }
      return [dx]
    }
  }
}
