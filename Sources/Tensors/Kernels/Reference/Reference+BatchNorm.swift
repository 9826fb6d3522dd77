extension KernelSet {
  func batchMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    let (shape, x) = (x.shape, x.plain)
    let channels = Channels(shape)
    let mean = Tensor(uninitialized: [shape[1]])
    let variance = Tensor(uninitialized: [shape[1]])
    for c in 0..<shape[1] {
      var sum = 0.0
      channels.forEach(c) { sum += Double(x.pointer[$0]) }
      let average = sum / channels.count
      var squares = 0.0
      channels.forEach(c) { i in
        let difference = Double(x.pointer[i]) - average
        squares += difference * difference
      }
      mean.pointer[c] = Float(average)
      variance.pointer[c] = Float(squares / channels.count)
    }
    return (mean, variance)
  }

  func normalized(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, _ activation: Activation,
    mean: Tensor, variance: Tensor
  ) -> Tensor {
    let (shape, x) = (x.shape, x.plain)
    let channels = Channels(shape)
    let y = Tensor(uninitialized: shape)
    for c in 0..<shape[1] {
      let factor = scale.pointer[c] / (variance.pointer[c] + epsilon).squareRoot()
      channels.forEach(c) { i in
        y.pointer[i] = activation((x.pointer[i] - mean.pointer[c]) * factor + shift.pointer[c])
      }
    }
    return y
  }

  func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, epsilon: Float,
    _ activation: Activation, mean: Tensor, variance: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    let (shape, x, dy) = (x.shape, x.plain, dy.plain)
    let channels = Channels(shape)
    let dx = Tensor(uninitialized: shape)
    let dscale = Tensor(uninitialized: [shape[1]])
    let dshift = Tensor(uninitialized: [shape[1]])
    for c in 0..<shape[1] {
      let inverse = 1 / (variance.pointer[c] + epsilon).squareRoot()
      func normalized(_ i: Int) -> Float { (x.pointer[i] - mean.pointer[c]) * inverse }
      func gradient(_ i: Int) -> Float {
        let y = activation(normalized(i) * scale.pointer[c] + shift.pointer[c])
        return activation.isLinear(at: y) ? dy.pointer[i] : 0
      }
      var (sum, product) = (0.0, 0.0)
      channels.forEach(c) { i in
        sum += Double(gradient(i))
        product += Double(gradient(i)) * Double(normalized(i))
      }
      dshift.pointer[c] = Float(sum)
      dscale.pointer[c] = Float(product)
      let (meanGradient, meanProduct) = (
        Float(sum / channels.count), Float(product / channels.count)
      )
      let factor = scale.pointer[c] * inverse
      channels.forEach(c) { i in
        dx.pointer[i] = factor * (gradient(i) - meanGradient - normalized(i) * meanProduct)
      }
    }
    return (dx, dscale, dshift)
  }
}

/// The row-major places of each channel of [N, C, ...].
private struct Channels {
  let batch: Int
  let channels: Int
  let area: Int

  init(_ shape: Shape) {
    batch = shape[0]
    channels = shape[1]
    area = shape.dimensions[2...].reduce(1, *)
  }

  /// Elements a channel.
  var count: Double { Double(batch * area) }

  func forEach(_ channel: Int, _ body: (Int) -> Void) {
    for n in 0..<batch {
      let start = (n * channels + channel) * area
      for i in start..<start + area { body(i) }
    }
  }
}
