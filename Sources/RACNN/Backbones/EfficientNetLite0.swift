public import NeuralNetworks
public import Tensors

/// EfficientNet-Lite0: Tan, Le, "EfficientNet", ICML 2019, in the form for small devices that its
/// authors released in 2020.
///
/// It differs from the paper's B0: no squeeze-and-excitation, ReLU6 in place of swish, and a stem
/// and head that are not scaled. The classifier is left out.
public struct EfficientNetLite0: Backbone {
  /// Where the weights come from, which decides padding and batch norm.
  public enum Convention: Hashable, Sendable {
    /// The released weights: more padding at the bottom and right, epsilon 1e-3.
    case tensorFlow
    /// Weights trained with timm: even padding, epsilon 1e-5.
    case pyTorch

    var epsilon: Float { self == .tensorFlow ? 1e-3 : 1e-5 }

    func padding(_ kernel: Int) -> Padding {
      self == .tensorFlow ? .same : .symmetric(kernel / 2)
    }
  }

  public let channels = 1280
  public let stride = 32
  private let store: ParameterStore
  private let stem: ConvolutionBatchNorm
  private let blocks: [any EfficientNetBlock]
  private let head: ConvolutionBatchNorm

  /// Rows: blocks, kernel, stride of the first block, channels.
  private static let stages = [
    (1, 3, 1, 16), (2, 3, 2, 24), (2, 5, 2, 40), (3, 3, 2, 80), (3, 5, 1, 112), (4, 5, 2, 192),
    (1, 3, 1, 320),
  ]
  private static let earlyBlocks = 4

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, convention: Convention) {
    store = scope.store
    let steps = EfficientNetSteps(convention: convention)
    stem = steps.convolution(scope, "conv_stem", "bn1", 3, 32, kernel: 3, stride: 2)
    var inputs = 32
    var blocks: [any EfficientNetBlock] = []
    for (index, (count, kernel, stride, outputs)) in Self.stages.enumerated() {
      for position in 0..<count {
        let place = scope("blocks")(index)(position)
        let stride = position == 0 ? stride : 1
        blocks.append(
          index == 0
            ? DepthwiseSeparable(place, steps, inputs, outputs, kernel: kernel, stride: stride)
            : InvertedResidual(place, steps, inputs, outputs, kernel: kernel, stride: stride))
        inputs = outputs
      }
    }
    self.blocks = blocks
    head = steps.convolution(scope, "conv_head", "bn2", inputs, channels)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    // The stem makes 32 channels of 3, at half the side. What comes after it is smaller, for blocks with
    // large maps are computed at once, until an eighth of the side is left.
    let early = store.inParts(x, growth: 3) { x in
      let x = store.block(x) { blocks[0](stem($0)) }
      return blocks[1..<Self.earlyBlocks].reduce(x) { x, block in store.block(x) { block($0) } }
    }
    return head(
      blocks[Self.earlyBlocks...].reduce(early) { x, block in
        store.inParts(x, growth: InvertedResidual.growth) { store.block($0) { block($0) } }
      })
  }
}

/// Makes the steps of blocks after one convention.
private struct EfficientNetSteps {
  let convention: EfficientNetLite0.Convention

  func convolution(
    _ scope: ParameterScope, _ name: String, _ norm: String, _ inputs: Int, _ outputs: Int,
    kernel: Int = 1, stride: Int = 1, groups: Int = 1, activation: Activation = .relu6
  ) -> ConvolutionBatchNorm {
    ConvolutionBatchNorm(
      Convolution2D(
        scope(name), inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
        padding: convention.padding(kernel), groups: groups, bias: false),
      BatchNorm(scope(norm), channels: outputs, epsilon: convention.epsilon),
      activation: activation)
  }
}

private protocol EfficientNetBlock {
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// A depthwise convolution, then a linear one of single pixels.
private struct DepthwiseSeparable: EfficientNetBlock {
  let depthwise: ConvolutionBatchNorm
  let project: ConvolutionBatchNorm

  init(
    _ scope: ParameterScope, _ steps: EfficientNetSteps, _ inputs: Int, _ outputs: Int,
    kernel: Int, stride: Int
  ) {
    depthwise = steps.convolution(
      scope, "conv_dw", "bn1", inputs, inputs, kernel: kernel, stride: stride, groups: inputs)
    project = steps.convolution(scope, "conv_pw", "bn2", inputs, outputs, activation: .none)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    guard let depthwiseStep = depthwise.step, let projectStep = project.step else {
      return project(depthwise(x))
    }
    return invertedResidual(x, expand: nil, depthwise: depthwiseStep, project: projectStep)
  }
}

/// Six times the channels, a depthwise convolution among them, and back, around which the input is
/// added where its shape is the output's: Sandler et al., "MobileNetV2", CVPR 2018.
private struct InvertedResidual: EfficientNetBlock {
  let expand: ConvolutionBatchNorm
  let depthwise: ConvolutionBatchNorm
  let project: ConvolutionBatchNorm
  let isResidual: Bool

  /// Channels in the middle for each of the input.
  static let growth = 6

  init(
    _ scope: ParameterScope, _ steps: EfficientNetSteps, _ inputs: Int, _ outputs: Int,
    kernel: Int, stride: Int
  ) {
    let inner = InvertedResidual.growth * inputs
    expand = steps.convolution(scope, "conv_pw", "bn1", inputs, inner)
    depthwise = steps.convolution(
      scope, "conv_dw", "bn2", inner, inner, kernel: kernel, stride: stride, groups: inner)
    project = steps.convolution(scope, "conv_pwl", "bn3", inner, outputs, activation: .none)
    isResidual = stride == 1 && inputs == outputs
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let added = isResidual ? x : nil
    guard let expandStep = expand.step, let depthwiseStep = depthwise.step,
      let projectStep = project.step
    else { return project(depthwise(expand(x)), adding: added) }
    return invertedResidual(
      x, expand: expandStep, depthwise: depthwiseStep, project: projectStep, adding: added)
  }
}
