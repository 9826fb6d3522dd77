/// Which implementation of the kernels computes.
public enum Kernels {
  #if OneDNN
    static let fastest: any KernelSet = OneDNNKernels()
  #else
    static let fastest: any KernelSet = ReferenceKernels()
  #endif

  /// What computes here, such as "oneDNN 2.6.3, AVX-512". Where it differs sums come in another order, and a
  /// seed gives other weights.
  public static var name: String { current.name }

  @TaskLocal static var current: any KernelSet = fastest

  /// Calls a closure in which every operator computes in plain Swift: the oracle of the tests.
  public static func withReference<R>(_ body: () throws -> R) rethrows -> R {
    try $current.withValue(ReferenceKernels(), operation: body)
  }
}

/// Sets how many threads compute what this thread calls for, from the next operator on; other threads keep
/// their own number, at first as many as there are processors.
///
/// - Parameter count: at least 1, or this traps.
public func setThreadCount(_ count: Int) {
  precondition(count > 0, "setThreadCount: \(count) threads")
  Kernels.current.setThreadCount(count)
}

/// The computations that a processor's own code can speed up.
///
/// Tensors that come in may lie in any layout, and what comes out lies as the set likes best. No
/// kernel knows of the tape. The extension in Reference gives each in plain Swift; a set overrides
/// what it does better.
protocol KernelSet: Sendable {
  /// With the version of the library and the instruction set, as far as results depend on them.
  var name: String { get }

  func setThreadCount(_ count: Int)

  func reordered(_ x: Tensor, to layout: Layout) -> Tensor
  func copy(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int)

  /// `activation(a + b)`, of equal shapes.
  func sum(_ a: Tensor, _ b: Tensor, _ activation: Activation) -> Tensor
  func scaled(_ x: Tensor, by scale: Float) -> Tensor
  func activated(_ x: Tensor, _ activation: Activation) -> Tensor
  /// `x` [R, ...] with each row times its factor [R], and the gradients of both.
  func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor
  func scaledRowsGradient(
    _ x: Tensor, by factors: Tensor, _ dy: Tensor
  ) -> (dx: Tensor, dfactors: Tensor)
  /// That of `count` values without their signs; no number if one is none.
  func greatestMagnitude(_ x: UnsafePointer<Float>, count: Int) -> Float
  /// `dy` where the activation's output `y` lies in its open range, else 0.
  func activationGradient(_ y: Tensor, _ dy: Tensor, _ activation: Activation) -> Tensor

  /// C [m, n] = A [m, k] B [k, n], each row-major; a transposed operand lies as [k, m] or [n, k].
  func matrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, transposed: Bool,
    _ b: UnsafePointer<Float>, transposed: Bool, into c: UnsafeMutablePointer<Float>)
  /// C [m, n] = A [m, k] B [n, k] transposed, B of whole numbers with a scale a row; for few rows.
  func quantizedMatrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, _ b: QuantizedRows,
    into c: UnsafeMutablePointer<Float>)

  /// The heads' outputs, and the logarithm of the sum of each query's exponentials
  /// [N, heads, L], which the gradient needs.
  func attention(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
  ) -> (output: Tensor, logSums: Tensor)
  func attentionGradient(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns,
    _ output: Tensor, _ logSums: Tensor, _ dy: Tensor,
    into gradients: (TokenColumns, TokenColumns, TokenColumns))

  // Of row-major tensors along their last axis; the rows are all axes before it.

  /// With each row's mean and the inverse of its deviation, which the gradient needs.
  func layerNorm(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> (output: Tensor, means: Tensor, inverses: Tensor)
  func layerNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, means: Tensor, inverses: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor)
  /// `y = x + bias` in each row; y may be x.
  func addToRows(_ bias: Tensor, of x: Tensor, into y: Tensor)
  /// The sum of all rows.
  func rowSum(_ x: Tensor) -> Tensor
  func gelu(_ x: Tensor) -> Tensor
  func geluGradient(_ x: Tensor, _ dy: Tensor) -> Tensor
  func geluTanh(_ x: Tensor) -> Tensor
  func geluTanhGradient(_ x: Tensor, _ dy: Tensor) -> Tensor

  /// - Parameter added: of the output's shape, to which it is added before the activation.
  func convolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    adding added: Tensor?, _ activation: Activation
  ) -> Tensor
  /// Followed by the greatest of each two by two.
  func maxPooledConvolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    _ activation: Activation
  ) -> Tensor
  /// Whether `invertedResidual` is faster than one convolution after another.
  func isFasterAtOnce(_ steps: [ConvolutionProblem]) -> Bool
  /// A pointwise convolution, or none, a depthwise and a pointwise one.
  func invertedResidual(
    _ steps: [ConvolutionProblem], _ x: Tensor, adding added: Tensor?
  ) -> Tensor
  /// - Parameter x: the input, where an activation made it: what that cut off may be left out, if it
  ///   is noted.
  func convolutionDataGradient(
    _ geometry: ConvolutionGeometry, _ dy: ActivatedGradient, _ weight: Tensor,
    of x: ActivatedOutput?
  ) -> Tensor
  /// With the gradient of the bias, where it is wanted.
  func convolutionWeightGradient(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ dy: ActivatedGradient, wantsBias: Bool
  ) -> (weight: Tensor, bias: Tensor?)
  /// [N, C, H, W] to [C], summed over all else.
  func channelSums(_ x: Tensor) -> Tensor

  func maxPool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor
  func maxPoolGradient(_ geometry: PoolGeometry, _ x: Tensor, _ dy: Tensor) -> Tensor
  func averagePool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor
  func averagePoolGradient(_ geometry: PoolGeometry, _ dy: Tensor) -> Tensor
  func globalAverage(_ x: Tensor) -> Tensor
  /// [N, C] to the shape and layout of what was averaged.
  func globalAverageGradient(_ dy: Tensor, _ shape: Shape, _ layout: Layout) -> Tensor

  /// Mean and biased variance of each channel, [C].
  func batchMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor)
  /// Batch norm of x with its moments, and an activation.
  func normalized(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, _ activation: Activation,
    mean: Tensor, variance: Tensor
  ) -> Tensor
  func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, epsilon: Float,
    _ activation: Activation, mean: Tensor, variance: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor)

  /// One step of a recurrent layer from its two products; keeps four values of each unit, [N, 4, H].
  func recurrentStep(
    _ problem: RecurrentProblem, projected: UnsafePointer<Float>, product: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, before: [UnsafeMutablePointer<Float>],
    activations: UnsafeMutablePointer<Float>, after: [UnsafeMutablePointer<Float>])
  /// The gradients of both products of a step. `carry` holds those of the states after it, from
  /// later steps, and gets those of the states before it, but for what flows through the product.
  func recurrentStepGradient(
    _ problem: RecurrentProblem, activations: UnsafeMutablePointer<Float>,
    before: [UnsafeMutablePointer<Float>], after: [UnsafeMutablePointer<Float>],
    gradient: [UnsafeMutablePointer<Float>], projected: UnsafeMutablePointer<Float>,
    product: UnsafeMutablePointer<Float>, carry: [UnsafeMutablePointer<Float>])

  func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor
  func sampleBoxGradient(
    _ source: Tensor, _ box: Tensor, _ dy: Tensor, edge: Float?, wantsSource: Bool, wantsBox: Bool
  ) -> (source: Tensor?, box: Tensor?)

  func sgd(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule)
  func adamW(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, step: Int, _ rule: AdamWRule)
}

/// Computes everything in plain Swift.
struct ReferenceKernels: KernelSet {}
