/// Passes each call on to another set, and logs what it took.
///
/// Every requirement must stand here or in an extension: one left out would be computed in plain
/// Swift.
struct ProfilingKernels: KernelSet {
  let base: any KernelSet
  let log: KernelLog

  var name: String { base.name }

  func setThreadCount(_ count: Int) { base.setThreadCount(count) }

  /// Kernels that do a few operations a float are bound by memory; `operations` counts them.
  func elementwise<R>(
    _ kernel: String, _ shape: Shape, operations: Int, tensors: Int, _ body: () -> R
  ) -> R {
    log.measure(
      kernel, "\(shape)", operations: operations * shape.count, floats: tensors * shape.count, body)
  }

  func reordered(_ x: Tensor, to layout: Layout) -> Tensor {
    if x.layout == layout { return x.detached }
    return elementwise("reorder", x.shape, operations: 0, tensors: 2) {
      base.reordered(x, to: layout)
    }
  }

  func copy(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    elementwise("copy", [count], operations: 0, tensors: 2) { base.copy(x, to: y, count: count) }
  }

  func sum(_ a: Tensor, _ b: Tensor, _ activation: Activation) -> Tensor {
    elementwise("sum", a.shape, operations: 1, tensors: 3) { base.sum(a, b, activation) }
  }

  func scaled(_ x: Tensor, by scale: Float) -> Tensor {
    elementwise("scale", x.shape, operations: 1, tensors: 2) { base.scaled(x, by: scale) }
  }

  func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor {
    elementwise("scaled rows", x.shape, operations: 1, tensors: 2) {
      base.scaledRows(x, by: factors)
    }
  }

  func scaledRowsGradient(
    _ x: Tensor, by factors: Tensor, _ dy: Tensor
  ) -> (dx: Tensor, dfactors: Tensor) {
    elementwise("scaled rows, gradient", x.shape, operations: 3, tensors: 3) {
      base.scaledRowsGradient(x, by: factors, dy)
    }
  }

  func greatestMagnitude(_ x: UnsafePointer<Float>, count: Int) -> Float {
    elementwise("greatest magnitude", [], operations: count, tensors: count) {
      base.greatestMagnitude(x, count: count)
    }
  }

  func activated(_ x: Tensor, _ activation: Activation) -> Tensor {
    elementwise("activation", x.shape, operations: 1, tensors: 2) {
      base.activated(x, activation)
    }
  }

  func activationGradient(_ y: Tensor, _ dy: Tensor, _ activation: Activation) -> Tensor {
    elementwise("activation, gradient", y.shape, operations: 1, tensors: 3) {
      base.activationGradient(y, dy, activation)
    }
  }

  func matrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, transposed transposesA: Bool,
    _ b: UnsafePointer<Float>, transposed transposesB: Bool, into c: UnsafeMutablePointer<Float>
  ) {
    let (m, n, k) = size
    log.measure(
      "matrix product", "[\(m), \(k)] [\(k), \(n)]", operations: 2 * m * n * k,
      floats: m * k + k * n + m * n
    ) {
      base.matrixProduct(size, a, transposed: transposesA, b, transposed: transposesB, into: c)
    }
  }

  func quantizedMatrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, _ b: QuantizedRows,
    into c: UnsafeMutablePointer<Float>
  ) {
    let (m, n, k) = size
    log.measure(
      "matrix product", "[\(m), \(k)] [\(k), \(n)] of bytes", operations: 2 * m * n * k,
      floats: m * k + k * n / 4 + n + m * n
    ) {
      base.quantizedMatrixProduct(size, a, b, into: c)
    }
  }
}
