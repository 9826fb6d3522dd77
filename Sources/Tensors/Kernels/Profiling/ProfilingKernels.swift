/// Passes each call on to another set, and logs what it took.
///
/// Every requirement must stand here: one left out would be computed in plain Swift.
struct ProfilingKernels: KernelSet {
  let base: any KernelSet
  let log: KernelLog

  func setThreadCount(_ count: Int) { base.setThreadCount(count) }

  /// Kernels that do a few operations a float are bound by memory; `operations` counts them.
  private func elementwise<R>(
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

  private func attention<R>(
    _ kernel: String, _ problem: AttentionProblem, products: Int, _ body: () -> R
  ) -> R {
    let tokens = problem.batch * problem.heads * (problem.queries + problem.keys)
    let pairs = problem.batch * problem.heads * problem.queries * problem.keys
    return log.measure(
      kernel,
      "\(problem.batch) x \(problem.heads), \(problem.queries) to \(problem.keys) of "
        + "\(problem.width)",
      operations: products * pairs * (problem.width + problem.valueWidth),
      floats: tokens * (problem.width + problem.valueWidth), body)
  }

  func attention(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
  ) -> (output: Tensor, logSums: Tensor) {
    attention("attention", problem, products: 2) { base.attention(problem, q, k, v) }
  }

  func attentionGradient(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns,
    _ output: Tensor, _ logSums: Tensor, _ dy: Tensor,
    into gradients: (TokenColumns, TokenColumns, TokenColumns)
  ) {
    attention("attention, gradient", problem, products: 5) {
      base.attentionGradient(problem, q, k, v, output, logSums, dy, into: gradients)
    }
  }

  func layerNorm(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> (output: Tensor, means: Tensor, inverses: Tensor) {
    elementwise("layer norm", x.shape, operations: 6, tensors: 2) {
      base.layerNorm(x, scale: scale, shift: shift, epsilon: epsilon)
    }
  }

  func layerNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, means: Tensor, inverses: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    elementwise("layer norm, gradient", x.shape, operations: 12, tensors: 3) {
      base.layerNormGradient(x, dy, scale: scale, means: means, inverses: inverses)
    }
  }

  func addToRows(_ bias: Tensor, of x: Tensor, into y: Tensor) {
    elementwise("bias", x.shape, operations: 1, tensors: 2) {
      base.addToRows(bias, of: x, into: y)
    }
  }

  func rowSum(_ x: Tensor) -> Tensor {
    elementwise("row sum", x.shape, operations: 1, tensors: 1) { base.rowSum(x) }
  }

  func gelu(_ x: Tensor) -> Tensor {
    elementwise("GELU", x.shape, operations: 30, tensors: 2) { base.gelu(x) }
  }

  func geluGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    elementwise("GELU, gradient", x.shape, operations: 34, tensors: 3) {
      base.geluGradient(x, dy)
    }
  }

  func geluTanh(_ x: Tensor) -> Tensor {
    elementwise("GELU, tanh", x.shape, operations: 22, tensors: 2) { base.geluTanh(x) }
  }

  func geluTanhGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    elementwise("GELU, tanh, gradient", x.shape, operations: 30, tensors: 3) {
      base.geluTanhGradient(x, dy)
    }
  }

  private func convolution<R>(
    _ direction: String, _ geometry: ConvolutionGeometry, pools: Bool = false,
    adds: Bool = false, _ body: () -> R
  ) -> R {
    let kind = geometry.isDepthwise ? "depthwise" : "convolution"
    let output = pools ? geometry.pooled.outputShape : geometry.outputShape
    return log.measure(
      kind + direction, geometry.title + (pools ? ", max pool" : "") + (adds ? ", sum" : ""),
      operations: geometry.operations + (adds ? output.count : 0),
      floats: geometry.inputShape.count + (adds ? 2 : 1) * output.count
        + geometry.weightShape.count, body)
  }

  func convolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    adding added: Tensor?, _ activation: Activation
  ) -> Tensor {
    convolution("", geometry, adds: added != nil) {
      base.convolution(geometry, x, weight, bias, adding: added, activation)
    }
  }

  func maxPooledConvolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    _ activation: Activation
  ) -> Tensor {
    convolution("", geometry, pools: true) {
      base.maxPooledConvolution(geometry, x, weight, bias, activation)
    }
  }

  func isFasterAtOnce(_ steps: [ConvolutionProblem]) -> Bool { base.isFasterAtOnce(steps) }

  func invertedResidual(
    _ steps: [ConvolutionProblem], _ x: Tensor, adding added: Tensor?
  ) -> Tensor {
    let (first, last) = (steps[0].geometry, steps[steps.count - 1].geometry)
    let floats =
      first.inputShape.count + (added == nil ? 1 : 2) * last.outputShape.count
      + steps.reduce(0) { $0 + $1.geometry.weightShape.count }
    return log.measure(
      "inverted residual",
      ([first.inputs] + steps.map(\.geometry.outputs)).map(String.init).joined(separator: " to ")
        + ", \(first.batch) x \(first.height) x \(first.width), "
        + steps.map { "\($0.geometry.kernelHeight)/\($0.geometry.stride)" }.joined(separator: " "),
      operations: steps.reduce(added == nil ? 0 : last.outputShape.count) {
        $0 + $1.geometry.operations
      }, floats: floats
    ) {
      base.invertedResidual(steps, x, adding: added)
    }
  }

  func convolutionDataGradient(
    _ geometry: ConvolutionGeometry, _ dy: ActivatedGradient, _ weight: Tensor,
    of x: ActivatedOutput?
  ) -> Tensor {
    convolution(", to the data", geometry) {
      base.convolutionDataGradient(geometry, dy, weight, of: x)
    }
  }

  func convolutionWeightGradient(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ dy: ActivatedGradient, wantsBias: Bool
  ) -> (weight: Tensor, bias: Tensor?) {
    convolution(", to the weights", geometry) {
      base.convolutionWeightGradient(geometry, x, dy, wantsBias: wantsBias)
    }
  }

  func channelSums(_ x: Tensor) -> Tensor {
    elementwise("channel sums", x.shape, operations: 1, tensors: 1) { base.channelSums(x) }
  }

  private func pool<R>(_ kernel: String, _ geometry: PoolGeometry, _ body: () -> R) -> R {
    let outputs = geometry.batch * geometry.channels * geometry.outHeight * geometry.outWidth
    let inputs = geometry.batch * geometry.channels * geometry.height * geometry.width
    return log.measure(
      kernel,
      "\(geometry.batch) x \(geometry.channels), \(geometry.height) x \(geometry.width), "
        + "\(geometry.window)/\(geometry.stride)",
      operations: outputs * geometry.window * geometry.window, floats: inputs + outputs, body)
  }

  func maxPool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    pool("max pool", geometry) { base.maxPool(geometry, x) }
  }

  func maxPoolGradient(_ geometry: PoolGeometry, _ x: Tensor, _ dy: Tensor) -> Tensor {
    pool("max pool, gradient", geometry) { base.maxPoolGradient(geometry, x, dy) }
  }

  func averagePool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    pool("average pool", geometry) { base.averagePool(geometry, x) }
  }

  func averagePoolGradient(_ geometry: PoolGeometry, _ dy: Tensor) -> Tensor {
    pool("average pool, gradient", geometry) { base.averagePoolGradient(geometry, dy) }
  }

  func globalAverage(_ x: Tensor) -> Tensor {
    elementwise("global average", x.shape, operations: 1, tensors: 1) { base.globalAverage(x) }
  }

  func globalAverageGradient(_ dy: Tensor, _ shape: Shape, _ layout: Layout) -> Tensor {
    elementwise("global average, gradient", shape, operations: 0, tensors: 1) {
      base.globalAverageGradient(dy, shape, layout)
    }
  }

  func batchMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    elementwise("batch moments", x.shape, operations: 3, tensors: 1) { base.batchMoments(x) }
  }

  func normalized(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, _ activation: Activation,
    mean: Tensor, variance: Tensor
  ) -> Tensor {
    elementwise("batch norm", x.shape, operations: 3, tensors: 2) {
      base.normalized(
        x, scale: scale, shift: shift, epsilon: epsilon, activation, mean: mean,
        variance: variance)
    }
  }

  func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, epsilon: Float,
    _ activation: Activation, mean: Tensor, variance: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    // Both inputs are read twice.
    elementwise("batch norm, gradient", x.shape, operations: 10, tensors: 5) {
      base.batchNormGradient(
        x, dy, scale: scale, shift: shift, epsilon: epsilon, activation, mean: mean,
        variance: variance)
    }
  }

  /// The gates and states of a step; `floats` counts those of a unit.
  private func recurrentStep<R>(
    _ kernel: String, _ problem: RecurrentProblem, floats: Int, _ body: () -> R
  ) -> R {
    let units = problem.count * problem.width
    return log.measure(
      kernel, "\(problem.cell), \(problem.count) x \(problem.width)",
      operations: 20 * problem.cell.gateCount * units, floats: floats * units, body)
  }

  func recurrentStep(
    _ problem: RecurrentProblem, projected: UnsafePointer<Float>, product: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, before: [UnsafeMutablePointer<Float>],
    activations: UnsafeMutablePointer<Float>, after: [UnsafeMutablePointer<Float>]
  ) {
    let (gates, states) = (problem.cell.gateCount, problem.cell.stateCount)
    recurrentStep("recurrent step", problem, floats: 2 * gates + 2 * states + 4) {
      base.recurrentStep(
        problem, projected: projected, product: product, bias: bias, before: before,
        activations: activations, after: after)
    }
  }

  func recurrentStepGradient(
    _ problem: RecurrentProblem, activations: UnsafeMutablePointer<Float>,
    before: [UnsafeMutablePointer<Float>], after: [UnsafeMutablePointer<Float>],
    gradient: [UnsafeMutablePointer<Float>], projected: UnsafeMutablePointer<Float>,
    product: UnsafeMutablePointer<Float>, carry: [UnsafeMutablePointer<Float>]
  ) {
    let (gates, states) = (problem.cell.gateCount, problem.cell.stateCount)
    recurrentStep("recurrent step, gradient", problem, floats: 2 * gates + 5 * states + 4) {
      base.recurrentStepGradient(
        problem, activations: activations, before: before, after: after, gradient: gradient,
        projected: projected, product: product, carry: carry)
    }
  }

  private func sample<R>(
    _ kernel: String, _ source: Tensor, _ size: Int, _ body: () -> R
  ) -> R {
    // Four neighbours a sample, weighted and summed.
    let samples = source.shape[0] * source.shape[1] * size * size
    return log.measure(
      kernel, "\(source.shape) to \(size)", operations: 8 * samples, floats: 5 * samples, body)
  }

  func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor {
    sample("crop", source, size) { base.sampleBox(source, box, size: size, edge: edge) }
  }

  func sampleBoxGradient(
    _ source: Tensor, _ box: Tensor, _ dy: Tensor, edge: Float?, wantsSource: Bool, wantsBox: Bool
  ) -> (source: Tensor?, box: Tensor?) {
    sample("crop, gradient", source, dy.shape[2]) {
      base.sampleBoxGradient(
        source, box, dy, edge: edge, wantsSource: wantsSource, wantsBox: wantsBox)
    }
  }

  func sgd(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule
  ) {
    let (count, cost) = (weight.count, [.gathers: (3, 4), .moves: (2, 3)][halves] ?? (5, 5))
    log.measure("SGD", "\(halves)", operations: cost.0 * count, floats: cost.1 * count) {
      base.sgd(halves, weight, gradient, velocity: velocity, rule)
    }
  }

  func adamW(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, step: Int, _ rule: AdamWRule
  ) {
    let (count, cost) = (weight.count, [.gathers: (7, 5), .moves: (6, 4)][halves] ?? (13, 7))
    log.measure("AdamW", "\(halves)", operations: cost.0 * count, floats: cost.1 * count) {
      base.adamW(halves, weight, gradient, mean: mean, square: square, step: step, rule)
    }
  }
}

extension ConvolutionGeometry {
  /// Of each direction alike.
  fileprivate var operations: Int {
    2 * outputShape.count * (inputs / groups) * kernelHeight * kernelWidth
  }

  fileprivate var title: String {
    "\(batch) x \(inputs) to \(outputs), \(height) x \(width), \(kernelHeight)/\(stride)"
      + (groups > 1 && !isDepthwise ? ", \(groups) groups" : "")
  }
}
