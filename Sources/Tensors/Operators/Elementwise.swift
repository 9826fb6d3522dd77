import Glibc

extension Tensor {
  /// A function of each element; the derivative is given x and the function's value y.
  func elementwise(
    _ function: (Float) -> Float, derivative: @escaping (_ x: Float, _ y: Float) -> Float
  ) -> Tensor {
    let x = plain
    let y = x.mapped(function)
    return y.recorded(from: [self]) { dy in
      let dy = dy.plain
      return [
        Tensor(x.shape) { dx in
          for i in dx.indices { dx[i] = dy.pointer[i] * derivative(x.pointer[i], y.pointer[i]) }
        }
      ]
    }
  }

  /// x x of each element.
  public func squared() -> Tensor {
    elementwise {
      $0 * $0
    } derivative: { x, _ in
      2 * x
    }
  }

  /// The square root of each element.
  public func squareRoot() -> Tensor {
    elementwise {
      $0.squareRoot()
    } derivative: { _, y in
      0.5 / y
    }
  }

  /// e to the power of each element.
  public func exp() -> Tensor {
    elementwise {
      expf($0)
    } derivative: { _, y in
      y
    }
  }

  /// The natural logarithm of each element.
  public func log() -> Tensor {
    elementwise {
      logf($0)
    } derivative: { x, _ in
      1 / x
    }
  }
}

/// Shapes broadcast by NumPy's rules: axes are matched from the last, and an extent of 1 repeats.
/// Shapes that do not broadcast trap.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { add(a, b, activation: .none) }

  public static func - (a: Tensor, b: Tensor) -> Tensor {
    let y = combined(a, b, "-") { $0 - $1 }
    let (shapeA, shapeB) = (a.shape, b.shape)
    let (wantsA, wantsB) = (a.wantsGradient, b.wantsGradient)
    return y.recorded(from: [a, b]) { dy in
      [
        wantsA ? dy.summed(to: shapeA) : nil,
        wantsB ? Kernels.current.scaled(dy, by: -1).summed(to: shapeB) : nil,
      ]
    }
  }

  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let y = combined(a, b, "*") { $0 * $1 }
    let (shapeA, shapeB) = (a.shape, b.shape)
    let (x, z) = (b.wantsGradient ? a.plain : nil, a.wantsGradient ? b.plain : nil)
    return y.recorded(from: [a, b]) { dy in
      [
        z.map { combined(dy, $0, "*") { $0 * $1 }.summed(to: shapeA) },
        x.map { combined(dy, $0, "*") { $0 * $1 }.summed(to: shapeB) },
      ]
    }
  }

  public static func / (a: Tensor, b: Tensor) -> Tensor {
    let y = combined(a, b, "/") { $0 / $1 }
    let (shapeA, divisor) = (a.shape, b.plain)
    let (wantsA, wantsB) = (a.wantsGradient, b.wantsGradient)
    return y.recorded(from: [a, b]) { dy in
      let da = combined(dy, divisor, "/") { $0 / $1 }
      return [
        wantsA ? da.summed(to: shapeA) : nil,
        wantsB ? combined(da, y, "*") { -$0 * $1 }.summed(to: divisor.shape) : nil,
      ]
    }
  }

  public static func + (a: Tensor, b: Float) -> Tensor {
    a.elementwise {
      $0 + b
    } derivative: { _, _ in
      1
    }
  }

  public static func * (a: Tensor, b: Float) -> Tensor {
    Kernels.current.scaled(a, by: b).recorded(from: [a]) { dy in
      [Kernels.current.scaled(dy, by: b)]
    }
  }

  public static func / (a: Tensor, b: Float) -> Tensor { a * (1 / b) }

  public static func / (a: Float, b: Tensor) -> Tensor {
    b.elementwise {
      a / $0
    } derivative: { x, y in
      -y / x
    }
  }

  public static func - (a: Tensor, b: Float) -> Tensor { a + -b }

  public static func - (a: Float, b: Tensor) -> Tensor { b * -1 + a }

  public static func + (a: Float, b: Tensor) -> Tensor { b + a }

  public static func * (a: Float, b: Tensor) -> Tensor { b * a }

  public static prefix func - (a: Tensor) -> Tensor { a * -1 }
}

/// `activation(a + b)`, the shapes broadcast: a residual sum in one pass.
public func add(_ a: Tensor, _ b: Tensor, activation: Activation) -> Tensor {
  let y =
    a.shape == b.shape
    ? Kernels.current.sum(a, b, activation)
    : Tensor.combined(a, b, "+") { activation($0 + $1) }
  let (shapeA, shapeB) = (a.shape, b.shape)
  let (wantsA, wantsB) = (a.wantsGradient, b.wantsGradient)
  let mask = activation == .none ? nil : y
  return y.recorded(from: [a, b]) { dy in
    let dy = mask.map { Kernels.current.activationGradient($0, dy, activation) } ?? dy
    return [wantsA ? dy.summed(to: shapeA) : nil, wantsB ? dy.summed(to: shapeB) : nil]
  }
}

extension Tensor {
  /// A function of two broadcast tensors, off the tape.
  fileprivate static func combined(
    _ a: Tensor, _ b: Tensor, _ name: StaticString, _ function: (Float, Float) -> Float
  ) -> Tensor {
    if a.shape == b.shape { return a.zipped(with: b, function) }
    let shape = a.shape.broadcast(with: b.shape, in: name)
    let (a, b) = (a.plain, b.plain)
    return Tensor(shape) { y in
      shape.forEachRow(a.shape, b.shape) { row in
        for i in 0..<row.count {
          y[row.start + i] = function(
            a.pointer[row.first + i * row.firstStep], b.pointer[row.second + i * row.secondStep])
        }
      }
    }
  }

  /// The sum over the axes along which `shape` was broadcast to this one.
  func summed(to shape: Shape) -> Tensor {
    if self.shape == shape { return self }
    let x = plain
    return Tensor(shape) { y in
      y.update(repeating: 0)
      self.shape.forEachRow(shape, shape) { row in
        for i in 0..<row.count { y[row.first + i * row.firstStep] += x.pointer[row.start + i] }
      }
    }
  }
}

extension Shape {
  /// A run along the last axis of a broadcast shape, with where it lies in two operands.
  fileprivate struct Row {
    let start: Int
    let count: Int
    let first: Int
    let firstStep: Int
    let second: Int
    let secondStep: Int
  }

  fileprivate func forEachRow(_ first: Shape, _ second: Shape, _ body: (Row) -> Void) {
    guard count > 0 else { return }
    let (a, b) = (first.strides(broadcastTo: self), second.strides(broadcastTo: self))
    let columns = dimensions.last ?? 1
    var index = [Int](repeating: 0, count: max(0, rank - 1))
    var (i, j) = (0, 0)
    for start in stride(from: 0, to: count, by: columns) {
      body(
        Row(
          start: start, count: columns, first: i, firstStep: a.last ?? 0, second: j,
          secondStep: b.last ?? 0))
      for axis in index.indices.reversed() {
        index[axis] += 1
        i += a[axis]
        j += b[axis]
        if index[axis] < dimensions[axis] { break }
        i -= a[axis] * index[axis]
        j -= b[axis] * index[axis]
        index[axis] = 0
      }
    }
  }

  /// Strides along the axes of a larger shape, 0 where this one repeats.
  func strides(broadcastTo shape: Shape) -> [Int] {
    let missing = shape.rank - rank
    let own = zip(dimensions, strides).map { extent, stride in extent == 1 ? 0 : stride }
    return [Int](repeating: 0, count: missing) + own
  }
}
