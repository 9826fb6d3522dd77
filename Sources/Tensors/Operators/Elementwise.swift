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

extension Tensor {
  /// Each part along the first axis times a factor of its own: `[R, ...]` by `[R]`. Other counts trap.
  package func scaledRows(by factors: Tensor) -> Tensor {
    precondition(
      shape.rank > 0 && factors.shape == [shape[0]], "scaledRows: \(shape) by \(factors.shape)")
    let (x, scales) = (plain, factors.plain)
    func scaled() -> Tensor { Kernels.current.scaledRows(x, by: scales) }
    return scaled().recorded(from: [self, factors], remade: scaled) { dy in
      let (dx, dfactors) = Kernels.current.scaledRowsGradient(x, by: scales, dy.plain)
      return [dx, dfactors]
    }
  }
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
        let (p, q) = (a.pointer + row.first, b.pointer + row.second)
        // One value beside a row is the common case, and the one that the compiler vectorises.
        if row.firstStep == 1, row.secondStep == 0 {
          let value = q[0]
          for i in 0..<row.count { y[row.start + i] = function(p[i], value) }
        } else {
          for i in 0..<row.count {
            y[row.start + i] = function(p[i * row.firstStep], q[i * row.secondStep])
          }
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
        let p = x.pointer + row.start
        if row.firstStep == 0 {
          y[row.first] += total(p, row.count)
        } else {
          for i in 0..<row.count { y[row.first + i * row.firstStep] += p[i] }
        }
      }
    }
  }
}

/// The sum of a run, in eight lanes.
private func total(_ p: UnsafePointer<Float>, _ count: Int) -> Float {
  var lanes = SIMD8<Float>.zero
  let whole = count / 8 * 8
  for i in stride(from: 0, to: whole, by: 8) {
    lanes += UnsafeRawPointer(p + i).loadUnaligned(as: SIMD8<Float>.self)
  }
  var sum = lanes.sum()
  for i in whole..<count { sum += p[i] }
  return sum
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
    let axes = merged(first.strides(broadcastTo: self), second.strides(broadcastTo: self))
    let row = axes.last ?? (extent: 1, first: 0, second: 0)
    var index = [Int](repeating: 0, count: max(0, axes.count - 1))
    var (i, j) = (0, 0)
    for start in stride(from: 0, to: count, by: row.extent) {
      body(
        Row(
          start: start, count: row.extent, first: i, firstStep: row.first, second: j,
          secondStep: row.second))
      for axis in index.indices.reversed() {
        let (extent, first, second) = axes[axis]
        index[axis] += 1
        i += first
        j += second
        if index[axis] < extent { break }
        i -= first * index[axis]
        j -= second * index[axis]
        index[axis] = 0
      }
    }
  }

  /// The axes with their strides in two operands, neighbours made one where both operands lie so.
  private func merged(
    _ first: [Int], _ second: [Int]
  ) -> [(extent: Int, first: Int, second: Int)] {
    var axes: [(extent: Int, first: Int, second: Int)] = []
    for axis in (0..<rank).reversed() where dimensions[axis] > 1 {
      if let inner = axes.last, first[axis] == inner.first * inner.extent,
        second[axis] == inner.second * inner.extent
      {
        axes[axes.count - 1].extent *= dimensions[axis]
      } else {
        axes.append((dimensions[axis], first[axis], second[axis]))
      }
    }
    return axes.reversed()
  }

  /// Strides along the axes of a larger shape, 0 where this one repeats.
  func strides(broadcastTo shape: Shape) -> [Int] {
    let missing = shape.rank - rank
    let own = zip(dimensions, strides).map { extent, stride in extent == 1 ? 0 : stride }
    return [Int](repeating: 0, count: missing) + own
  }
}
