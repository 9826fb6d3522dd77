#if OneDNN
  internal import CKernels

  /// A convolution of 3x3 at stride 1, or one of its gradients, by Winograd's method.
  struct WinogradConvolution {
    private var problem: racnn_winograd

    /// Nil where the direct method is as good, or the only one.
    ///
    /// - Parameter layout: How the pictures on both sides lie.
    init?(_ geometry: ConvolutionGeometry, _ layout: Layout) {
      guard geometry.kernelHeight == 3, geometry.kernelWidth == 3, geometry.stride == 1,
        geometry.dilation == 1, geometry.groups == 1,
        min(geometry.inputs, geometry.outputs) >= WinogradConvolution.fewestChannels
      else { return nil }
      problem = racnn_winograd(
        batch: Int32(geometry.batch), inputs: Int32(geometry.inputs),
        outputs: Int32(geometry.outputs), block: Int32(layout.block),
        height: Int32(geometry.height), width: Int32(geometry.width),
        outHeight: Int32(geometry.outHeight), outWidth: Int32(geometry.outWidth),
        top: Int32(geometry.top), left: Int32(geometry.left), pools: 0)
      guard racnn_winograd_runs(&problem) != 0 else { return nil }
    }

    /// With 16, it is as fast as the direct sum can be at most, or slower on small maps; see
    /// Winograd.c.
    private static let fewestChannels = 32

    /// The gradient to the data is this convolution of the gradient to the outputs.
    private var transposed: racnn_winograd {
      var result = problem
      (result.inputs, result.outputs) = (problem.outputs, problem.inputs)
      (result.height, result.outHeight) = (problem.outHeight, problem.height)
      (result.width, result.outWidth) = (problem.outWidth, problem.width)
      (result.top, result.left) = (2 - problem.top, 2 - problem.left)
      return result
    }

    /// - Parameters:
    ///   - added: in the layout of y.
    ///   - pools: Whether y gets the greatest of each two by two outputs alone.
    func forward(
      _ x: Tensor, _ weight: Tensor, _ bias: Storage?, adding added: Tensor? = nil,
      _ activation: Activation, pools: Bool = false, into y: Tensor
    ) {
      var problem = problem
      problem.pools = pools ? 1 : 0
      let packed = packed(weight, problem, isReversed: false)
      let scratch = Storage(count: racnn_winograd_scratch_count(&problem))
      racnn_winograd_forward(
        &problem, x.pointer, packed.pointer, bias?.pointer, added?.pointer, activation.rawValue,
        y.pointer, scratch.pointer)
      withExtendedLifetime((packed, bias, scratch)) {}
    }

    /// - Parameter x: in the layout of dx; what it cut off is left out.
    func dataGradient(_ dy: Tensor, _ weight: Tensor, of x: ActivatedOutput?, into dx: Tensor) {
      var problem = transposed
      let packed = packed(weight, problem, isReversed: true)
      let scratch = Storage(count: racnn_winograd_scratch_count(&problem))
      racnn_winograd_data_gradient(
        &problem, dy.pointer, packed.pointer, racnn_activated(x), dx.pointer, scratch.pointer)
      withExtendedLifetime((packed, scratch)) {}
    }

    func weightGradient(_ x: Tensor, _ dy: Tensor, into dw: Tensor) {
      var problem = problem
      let scratch = Storage(count: racnn_winograd_gradient_scratch_count(&problem))
      racnn_winograd_weights_gradient(
        &problem, x.pointer, dy.pointer, dw.pointer, scratch.pointer)
      withExtendedLifetime(scratch) {}
    }

    /// The weights in blocks, made at the first use of these values.
    private func packed(
      _ weight: Tensor, _ problem: racnn_winograd, isReversed: Bool
    ) -> Storage {
      var problem = problem
      let layout = PackedLayout(descriptor: [isReversed ? 1 : 0, Int(problem.block)])
      if let packed = weight.storage.packed[layout] { return packed }
      let packed = Storage.packed(count: racnn_winograd_packed_count(&problem))
      racnn_winograd_pack(&problem, weight.pointer, isReversed ? 1 : 0, packed.pointer)
      weight.storage.packed[layout] = packed
      weight.giveUp()
      return packed
    }
  }
#endif
