import ImageDatasets
import NeuralNetworks
import RACNN
import Tensors

/// Two convolutions: a backbone that trains in no time.
struct TinyBackbone: Backbone {
  let channels = 12
  let stride = 4
  private let store: ParameterStore
  private let first: Convolution2D
  private let second: Convolution2D

  init(_ scope: ParameterScope) {
    store = scope.store
    first = Convolution2D(
      scope("conv1"), inputs: 3, outputs: 8, kernel: 3, stride: 2, padding: .symmetric(1))
    second = Convolution2D(
      scope("conv2"), inputs: 8, outputs: 12, kernel: 3, stride: 2, padding: .symmetric(1))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    store.block(x) { second(first($0).relu()).relu() }
  }
}

/// Its features are those of `TinyBackbone`, and their gradient is no number.
struct BrokenBackbone: Backbone {
  private let inner: TinyBackbone
  var channels: Int { inner.channels }
  var stride: Int { inner.stride }

  init(_ scope: ParameterScope) { inner = TinyBackbone(scope) }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let features = inner(x)
    return features + (features * 0).squareRoot()
  }
}

/// A network of three scales with tiny backbones.
func tinyNetwork(
  classes: Int = 4, seed: UInt64 = 1, change: (inout ModelConfiguration) -> Void = { _ in }
) -> RecurrentAttentionCNN {
  var configuration = ModelConfiguration(
    backbone: .resnet18, classNames: (0..<classes).map { "class \($0)" },
    inputSizes: [16, 16, 16], sourceSize: 24)
  configuration.maskSharpness = 20
  configuration.proposalWidth = 10
  change(&configuration)
  return RecurrentAttentionCNN(
    configuration, store: ParameterStore(seed: seed), makeBackbone: TinyBackbone.init)
}

/// Values that look random and are the same each time.
func noise(_ shape: Shape, seed: UInt64) -> Tensor {
  var generator = RandomGenerator(seed: seed)
  return Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
}
