extension KernelSet {
  var name: String { "plain Swift" }

  func setThreadCount(_ count: Int) {}

  func reordered(_ x: Tensor, to layout: Layout) -> Tensor {
    if x.layout == layout { return x.detached }
    precondition(x.shape.rank == 4, "reordered: \(x.shape) has no channels to block")
    let y = Tensor(uninitialized: x.shape, layout: layout)
    let (channels, area) = (x.shape[1], x.shape[2] * x.shape[3])
    y.storage.buffer.update(repeating: 0)
    for n in 0..<x.shape[0] {
      for c in 0..<channels {
        let (from, to) = (x.layout.place(n, c, channels, area), layout.place(n, c, channels, area))
        for i in 0..<area {
          y.pointer[to + i * layout.block] = x.pointer[from + i * x.layout.block]
        }
      }
    }
    return y
  }

  func copy(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    y.update(from: x, count: count)
  }

  func sum(_ a: Tensor, _ b: Tensor, _ activation: Activation) -> Tensor {
    let (a, b) = (a.plain, b.plain)
    let (p, q) = (a.pointer, b.pointer)
    return Tensor(a.shape) { y in
      for i in y.indices { y[i] = activation(p[i] + q[i]) }
    }
  }

  func scaled(_ x: Tensor, by scale: Float) -> Tensor {
    x.mapped { $0 * scale }
  }

  func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor {
    let columns = x.shape.count / max(1, factors.shape.count)
    return Tensor(x.shape) { y in
      for i in y.indices { y[i] = x.pointer[i] * factors.pointer[i / columns] }
    }
  }

  func scaledRowsGradient(
    _ x: Tensor, by factors: Tensor, _ dy: Tensor
  ) -> (dx: Tensor, dfactors: Tensor) {
    let columns = x.shape.count / max(1, factors.shape.count)
    let dfactors = Tensor(factors.shape) { sums in
      for row in sums.indices {
        sums[row] = (row * columns..<(row + 1) * columns).reduce(0) {
          $0 + x.pointer[$1] * dy.pointer[$1]
        }
      }
    }
    return (scaledRows(dy, by: factors), dfactors)
  }

  func greatestMagnitude(_ x: UnsafePointer<Float>, count: Int) -> Float {
    // As bits, numbers that are none are above all others.
    let values = UnsafeBufferPointer(start: x, count: count)
    return Float(bitPattern: values.reduce(0) { Swift.max($0, $1.magnitude.bitPattern) })
  }

  func activated(_ x: Tensor, _ activation: Activation) -> Tensor {
    x.mapped { activation($0) }
  }

  func activationGradient(_ y: Tensor, _ dy: Tensor, _ activation: Activation) -> Tensor {
    y.zipped(with: dy) { y, dy in activation.isLinear(at: y) ? dy : 0 }
  }
}

extension Layout {
  /// Where channel c of photo n begins; its elements lie `block` apart.
  fileprivate func place(_ n: Int, _ c: Int, _ channels: Int, _ area: Int) -> Int {
    let blocks = (channels + block - 1) / block
    return ((n * blocks + c / block) * area) * block + c % block
  }
}

extension Tensor {
  /// A function of each element, off the tape, row-major.
  func mapped(_ function: (Float) -> Float) -> Tensor {
    let x = plain
    return Tensor(shape) { y in
      for i in y.indices { y[i] = function(x.pointer[i]) }
    }
  }

  /// A function of each element and that of a tensor of the same shape, off the tape, row-major.
  func zipped(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    let (a, b) = (plain, other.plain)
    return Tensor(shape) { y in
      for i in y.indices { y[i] = function(a.pointer[i], b.pointer[i]) }
    }
  }
}
