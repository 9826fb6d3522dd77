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
  let (x, factor, offset) = (input.plain, scale.plain, shift.plain)
  let (y, means, inverses) = Kernels.current.layerNorm(
    x, scale: factor, shift: offset, epsilon: epsilon)
  return y.recorded(from: [input, scale, shift]) { dy in
    let gradient = Kernels.current.layerNormGradient(
      x, dy.plain, scale: factor, means: means, inverses: inverses)
    return [gradient.dx, gradient.dscale, gradient.dshift]
  }
}

extension Tensor {
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
