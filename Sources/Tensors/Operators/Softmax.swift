import Glibc

extension Tensor {
  /// exp(x) divided by its sum along an axis.
  public func softmax(axis: Int = -1) -> Tensor {
    let lines = Lines(shape, axis: shape.axis(axis, in: "softmax"))
    let y = normalizedExponentials(lines) { expf($0 - $1) }
    return y.recorded(from: [self]) { dy in
      let dy = dy.plain
      let dx = Tensor(uninitialized: y.shape)
      for start in lines.starts {
        var product: Float = 0
        for i in lines.places(from: start) { product += dy.pointer[i] * y.pointer[i] }
        for i in lines.places(from: start) {
          dx.pointer[i] = y.pointer[i] * (dy.pointer[i] - product)
        }
      }
      return [dx]
    }
  }

  /// The logarithm of the softmax along an axis.
  public func logSoftmax(axis: Int = -1) -> Tensor {
    let lines = Lines(shape, axis: shape.axis(axis, in: "logSoftmax"))
    let y = normalizedExponentials(lines) { $0 - $1 }
    return y.recorded(from: [self]) { dy in
      let dy = dy.plain
      let dx = Tensor(uninitialized: y.shape)
      for start in lines.starts {
        var sum: Float = 0
        for i in lines.places(from: start) { sum += dy.pointer[i] }
        for i in lines.places(from: start) {
          dx.pointer[i] = dy.pointer[i] - expf(y.pointer[i]) * sum
        }
      }
      return [dx]
    }
  }

  /// A function of each element and of the logarithm of the sum of exponentials of its line.
  private func normalizedExponentials(
    _ lines: Lines, _ function: (Float, Float) -> Float
  ) -> Tensor {
    let x = plain
    let y = Tensor(uninitialized: shape)
    for start in lines.starts {
      var greatest = -Float.infinity
      for i in lines.places(from: start) { greatest = Swift.max(greatest, x.pointer[i]) }
      var sum: Float = 0
      for i in lines.places(from: start) { sum += expf(x.pointer[i] - greatest) }
      let total = greatest + logf(sum)
      for i in lines.places(from: start) { y.pointer[i] = function(x.pointer[i], total) }
    }
    return y
  }
}

extension Lines {
  func places(from start: Int) -> StrideTo<Int> {
    stride(from: start, to: start + count * step, by: Swift.max(1, step))
  }
}

/// The cross-entropy of logits with classes, averaged over the batch.
///
/// Source of the smoothing: Szegedy et al., "Rethinking the Inception Architecture", 2016: the
/// target is `1 - labelSmoothing` on the class plus `labelSmoothing / K` everywhere.
///
/// - Parameters:
///   - logits: [N, K].
///   - classes: N numbers below K; another count or a greater number traps.
/// - Returns: a scalar.
public func crossEntropy(
  _ logits: Tensor, classes: [Int], labelSmoothing: Float = 0
) -> Tensor {
  precondition(
    logits.shape.rank == 2 && logits.shape[0] == classes.count,
    "crossEntropy: \(logits.shape) with \(classes.count) classes")
  let logProbabilities = logits.logSoftmax()
  let loss = -logProbabilities.picked(classes).mean()
  guard labelSmoothing > 0 else { return loss }
  return loss * (1 - labelSmoothing) - logProbabilities.mean() * labelSmoothing
}
