extension ProfilingKernels {
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
