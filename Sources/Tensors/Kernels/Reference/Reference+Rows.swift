import Glibc

extension Shape {
  /// All axes but the last as one, and the last.
  var rowsAndColumns: (rows: Int, columns: Int) {
    self[-1] == 0 ? (0, 0) : (count / self[-1], self[-1])
  }
}

extension KernelSet {
  func layerNorm(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> (output: Tensor, means: Tensor, inverses: Tensor) {
    let (rows, columns) = x.shape.rowsAndColumns
    let y = Tensor(uninitialized: x.shape)
    let (means, inverses) = (Tensor(uninitialized: [rows]), Tensor(uninitialized: [rows]))
    for row in 0..<rows {
      let (x, y) = (x.pointer + row * columns, y.pointer + row * columns)
      let sum = (0..<columns).reduce(0.0) { $0 + Double(x[$1]) }
      let mean = sum / Double(columns)
      let squares = (0..<columns).reduce(0.0) { sum, i in
        sum + (Double(x[i]) - mean) * (Double(x[i]) - mean)
      }
      let inverse = 1 / (Float(squares / Double(columns)) + epsilon).squareRoot()
      (means.pointer[row], inverses.pointer[row]) = (Float(mean), inverse)
      for i in 0..<columns {
        y[i] = (x[i] - Float(mean)) * inverse * scale.pointer[i] + shift.pointer[i]
      }
    }
    return (y, means, inverses)
  }

  func layerNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, means: Tensor, inverses: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    let (rows, columns) = x.shape.rowsAndColumns
    let dx = Tensor(uninitialized: x.shape)
    let (dscale, dshift) = (Tensor.zeros([columns]), Tensor.zeros([columns]))
    for row in 0..<rows {
      let start = row * columns
      let (x, dy, dx) = (x.pointer + start, dy.pointer + start, dx.pointer + start)
      let (mean, inverse) = (means.pointer[row], inverses.pointer[row])
      var (sum, product) = (0.0, 0.0)
      for i in 0..<columns {
        let normal = (x[i] - mean) * inverse
        sum += Double(dy[i] * scale.pointer[i])
        product += Double(dy[i] * scale.pointer[i] * normal)
        dscale.pointer[i] += dy[i] * normal
        dshift.pointer[i] += dy[i]
      }
      let (average, averageProduct) = (
        Float(sum / Double(columns)), Float(product / Double(columns))
      )
      for i in 0..<columns {
        let normal = (x[i] - mean) * inverse
        dx[i] = (dy[i] * scale.pointer[i] - average - normal * averageProduct) * inverse
      }
    }
    return (dx, dscale, dshift)
  }

  func addToRows(_ bias: Tensor, of x: Tensor, into y: Tensor) {
    let (rows, columns) = x.shape.rowsAndColumns
    for row in 0..<rows {
      for i in row * columns..<(row + 1) * columns {
        y.pointer[i] = x.pointer[i] + bias.pointer[i - row * columns]
      }
    }
  }

  func rowSum(_ x: Tensor) -> Tensor {
    let (rows, columns) = x.shape.rowsAndColumns
    let sums = Tensor.zeros([columns])
    for row in 0..<rows {
      for i in 0..<columns { sums.pointer[i] += x.pointer[row * columns + i] }
    }
    return sums
  }

  func gelu(_ x: Tensor) -> Tensor {
    x.mapped { $0 * distribution($0) }
  }

  func geluGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    x.zipped(with: dy) { x, dy in
      dy * (distribution(x) + x * expf(-0.5 * x * x) * 0.398_942_28)
    }
  }

  func geluTanh(_ x: Tensor) -> Tensor {
    x.mapped { 0.5 * $0 * (1 + wave($0)) }
  }

  func geluTanhGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    x.zipped(with: dy) { x, dy in
      let wave = wave(x)
      let slope = 0.797_884_56 * (1 + 3 * 0.044_715 * x * x)
      return dy * 0.5 * (1 + wave + x * (1 - wave * wave) * slope)
    }
  }
}

/// tanh(sqrt(2 / pi) (x + 0.044715 x^3)).
private func wave(_ x: Float) -> Float { tanhf(0.797_884_56 * (x + 0.044_715 * x * x * x)) }

/// That of the standard normal distribution.
private func distribution(_ x: Float) -> Float { 0.5 * (1 + erff(x * Float(0.5).squareRoot())) }
