public import NeuralNetworks
public import Tensors

/// VGG-19, the backbone of the RA-CNN paper: Simonyan, Zisserman, "Very Deep Convolutional Networks
/// for Large-Scale Image Recognition", ICLR 2015, configuration E.
///
/// The fully connected layers are left out. By default the features end after the fifth pooling, as
/// timm's `forward_features` and torchvision's `features` do; without it they are the map of the
/// last convolution, `conv5_4`, of twice the side.
public struct VGG19: Backbone {
  public let channels = 512
  public let stride: Int
  /// The convolutions from one pooling to the next.
  private let stages: [[Convolution2D]]
  private let keepsLastPool: Bool
  private let store: ParameterStore

  /// Makes the parameters in a scope, named as in the list of layers: `features.0.weight` is the
  /// first convolution's, and rectifiers and poolings count.
  public init(_ scope: ParameterScope, keepsLastPool: Bool = true) {
    store = scope.store
    var index = 0
    var inputs = 3
    stages = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)].map { count, outputs in
      defer { index += 1 }
      return (0..<count).map { _ in
        defer {
          index += 2
          inputs = outputs
        }
        return Convolution2D(
          scope("features")(index), inputs: inputs, outputs: outputs, kernel: 3,
          padding: .symmetric(1))
      }
    }
    self.keepsLastPool = keepsLastPool
    stride = keepsLastPool ? 32 : 16
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    stages.indices.reduce(x) { x, index in
      store.block(x) { x in
        let last = stages[index][stages[index].count - 1]
        let x = stages[index].dropLast().reduce(x) { x, convolution in
          convolution(x, activation: .relu)
        }
        let isPooled = index < stages.count - 1 || keepsLastPool
        return isPooled ? last.maxPooled(x, activation: .relu) : last(x, activation: .relu)
      }
    }
  }
}
