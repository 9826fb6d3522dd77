/// A convolution that is to be computed with others at once.
public struct ConvolutionStep {
  /// `[O, C / groups, h, w]`.
  public let weight: Tensor
  /// `[O]`.
  public let bias: Tensor?
  /// As those of ``convolution(_:weight:bias:adding:stride:padding:dilation:groups:activation:)``.
  public let stride: Int
  /// What lies around the input, always zeros.
  public let padding: Padding
  /// In how many groups the channels are; as many as channels make it depthwise.
  public let groups: Int
  /// What comes last.
  public let activation: Activation

  /// A step with these parameters.
  public init(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Padding = .symmetric(0),
    groups: Int = 1, activation: Activation = .none
  ) {
    (self.weight, self.bias, self.stride) = (weight, bias, stride)
    (self.padding, self.groups, self.activation) = (padding, groups, activation)
  }

  fileprivate func callAsFunction(_ x: Tensor, adding added: Tensor? = nil) -> Tensor {
    convolution(
      x, weight: weight, bias: bias, adding: added, stride: stride, padding: padding,
      groups: groups, activation: activation)
  }

  fileprivate var wantsGradient: Bool {
    weight.wantsGradient || bias?.wantsGradient ?? false
  }
}

/// The inverted residual of MobileNetV2 (Sandler et al., CVPR 2018): more channels, a filter for each of
/// them, and back to few. The same as one convolution after another; at once, where nothing is
/// recorded, for the map of many channels may be too large to be written and read again.
///
/// Shapes that do not fit trap.
///
/// - Parameters:
///   - x: `[N, C, H, W]`.
///   - expand: of 1x1 at each place; nil where the channels are as many as come.
///   - depthwise: with a group for each channel.
///   - project: of 1x1 at each place.
///   - added: of the output's shape: it is added before the last activation.
/// - Returns: `[N, O, H', W']`.
public func invertedResidual(
  _ x: Tensor, expand: ConvolutionStep?, depthwise: ConvolutionStep, project: ConvolutionStep,
  adding added: Tensor? = nil
) -> Tensor {
  let steps = [expand, depthwise, project].compactMap { $0 }
  var shape = x.shape
  let problems = steps.map { step in
    let problem = ConvolutionProblem(step, shape)
    shape = problem.geometry.outputShape
    return problem
  }
  precondition(
    problems.dropLast().last?.geometry.isDepthwise == true
      && problems.last?.isPlainProduct == true && (expand == nil || problems[0].isPlainProduct),
    "invertedResidual: weights \(steps.map(\.weight.shape)) in \(steps.map(\.groups)) groups")
  precondition(
    added.map { $0.shape == shape } ?? true,
    "invertedResidual: \(added?.shape ?? []) added to \(shape)")
  let wantsGradient =
    [x, added].contains { $0?.wantsGradient ?? false } || steps.contains(where: \.wantsGradient)
  guard !wantsGradient, Kernels.current.isFasterAtOnce(problems) else {
    return project(depthwise(expand.map { $0(x) } ?? x), adding: added)
  }
  return Kernels.current.invertedResidual(problems, x.detached, adding: added?.detached)
}

/// A convolution with what it computes by.
struct ConvolutionProblem {
  let geometry: ConvolutionGeometry
  let weight: Tensor
  let bias: Tensor?
  let activation: Activation

  init(_ step: ConvolutionStep, _ input: Shape) {
    geometry = ConvolutionGeometry(
      input, step.weight.shape, step.bias?.shape, stride: step.stride, padding: step.padding,
      dilation: 1, groups: step.groups)
    (weight, bias, activation) = (step.weight.plain, step.bias?.plain, step.activation)
  }

  /// Whether it is a product with a matrix at each place, of which none is skipped and none added.
  var isPlainProduct: Bool {
    geometry.isPointwise && geometry.outputShape[2] == geometry.height
      && geometry.outputShape[3] == geometry.width && geometry.top == 0 && geometry.left == 0
  }
}
