public import NeuralNetworks
public import Tensors

/// ResNet of 18, 34 or 50 layers: He et al., "Deep Residual Learning for Image Recognition", CVPR
/// 2016.
///
/// It differs from the paper as torchvision and timm do: in a bottleneck it is the 3x3 convolution
/// that has the stride. The classifier is left out.
public struct ResNet: Backbone {
  /// How many layers there are.
  public enum Depth: Int, Hashable, Sendable {
    case eighteen = 18
    case thirtyFour = 34
    case fifty = 50

    var blocks: [Int] { self == .eighteen ? [2, 2, 2, 2] : [3, 4, 6, 3] }
  }

  public let channels: Int
  public let stride = 32
  private let store: ParameterStore
  private let parts: [Part]

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, depth: Depth) {
    store = scope.store
    let stem = step(scope, 1, 3, 64, kernel: 7, stride: 2)
    var inputs = 64
    var layers: [[ResidualBlock]] = []
    for (index, count) in depth.blocks.enumerated() {
      layers.append(
        (0..<count).map { position in
          let block = ResidualBlock(
            scope("layer\(index + 1)")(position), inputs, 64 << index,
            stride: index > 0 && position == 0 ? 2 : 1, isBottleneck: depth == .fifty)
          inputs = block.channels
          return block
        })
    }
    channels = inputs
    guard depth == .fifty else {
      parts = [Part(stem: stem)] + layers.joined().map { Part(blocks: [$0]) }
      return
    }
    // Two thirds of what a step would keep: bottlenecks have four times the channels around them.
    let wide = [
      Part(stem: stem, blocks: layers[0], isWide: true), Part(blocks: layers[1], isWide: true),
    ]
    parts = wide + layers[2...].joined().map { Part(blocks: [$0]) }
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    // With frozen statistics a block keeps three fifths as much.
    parts.reduce(x) { x, part in
      store.block(x, isWide: part.isWide && store.usesBatchStatistics) { part($0, store) }
    }
  }
}

/// What is computed again together where that saves memory.
private struct Part {
  var stem: ConvolutionBatchNorm?
  var blocks: [ResidualBlock] = []
  var isWide = false

  func callAsFunction(_ x: Tensor, _ store: ParameterStore) -> Tensor {
    var x = x
    if let stem {
      // 64 channels of half the side, of 3: without parts this map is the largest by far.
      x = store.inParts(x, growth: 5) {
        maxPool(stem($0), window: 3, stride: 2, padding: .symmetric(1))
      }
    }
    return blocks.reduce(x) { $1($0) }
  }
}

/// Two convolutions of 3x3, or one between two of 1x1, around which the input is added.
private struct ResidualBlock {
  let channels: Int
  let steps: [ConvolutionBatchNorm]
  let last: ConvolutionBatchNorm
  /// Brings the input to the shape of the output, where it has not that shape.
  let shortcut: ConvolutionBatchNorm?

  init(
    _ scope: ParameterScope, _ inputs: Int, _ width: Int, stride: Int, isBottleneck: Bool
  ) {
    channels = isBottleneck ? 4 * width : width
    steps =
      isBottleneck
      ? [
        step(scope, 1, inputs, width, kernel: 1),
        step(scope, 2, width, width, kernel: 3, stride: stride),
      ]
      : [step(scope, 1, inputs, width, kernel: 3, stride: stride)]
    last =
      isBottleneck
      ? step(scope, 3, width, channels, kernel: 1) : step(scope, 2, width, width, kernel: 3)
    shortcut =
      stride == 1 && inputs == channels
      ? nil
      : ConvolutionBatchNorm(
        Convolution2D(
          scope("downsample")(0), inputs: inputs, outputs: channels, kernel: 1, stride: stride,
          bias: false),
        BatchNorm(scope("downsample")(1), channels: channels))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let y = steps.reduce(x) { x, step in step(x) }
    return last(y, adding: shortcut?(x) ?? x)
  }
}

/// The convolution and norm of one number, as `conv1` and `bn1`.
private func step(
  _ scope: ParameterScope, _ number: Int, _ inputs: Int, _ outputs: Int, kernel: Int,
  stride: Int = 1
) -> ConvolutionBatchNorm {
  ConvolutionBatchNorm(
    Convolution2D(
      scope("conv\(number)"), inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
      padding: .symmetric(kernel / 2), bias: false),
    BatchNorm(scope("bn\(number)"), channels: outputs), activation: .relu)
}
