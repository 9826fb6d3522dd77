public import NeuralNetworks
public import Tensors

/// A network without its classifier: photos to feature maps.
public protocol Backbone {
  /// The channels of a feature map.
  var channels: Int { get }
  /// Rows and columns of the photo for each of a feature map, which rounds up but for VGG-19's, which
  /// rounds down.
  var stride: Int { get }

  /// The feature maps `[N, channels, H / stride, W / stride]` of photos `x [N, 3, H, W]`.
  func callAsFunction(_ x: Tensor) -> Tensor

  /// The feature maps of photos `x [N, 3, H, W]`, and their descriptors `[N, channels]`.
  func look(_ x: Tensor) -> (features: Tensor, descriptor: Tensor)

  /// How much each place of photos `x` tells, `[N, h, w]`; off the tape.
  ///
  /// - Parameter features: what the network made of `x`.
  func response(to x: Tensor, features: Tensor) -> Tensor
}

extension Backbone {
  /// The descriptor is the mean over the places.
  public func look(_ x: Tensor) -> (features: Tensor, descriptor: Tensor) {
    let features = self(x)
    return (features, globalAveragePool(features))
  }

  /// The sum over the channels of the rectified map.
  public func response(to x: Tensor, features: Tensor) -> Tensor {
    InitialBox.response(of: features)
  }
}

/// The networks that can be a backbone; the raw values are timm's names.
public enum BackboneArchitecture: String, CaseIterable, Codable, Hashable, Sendable {
  /// EfficientNet-Lite0 with TensorFlow's padding, whose weights come with the package.
  case tfEfficientNetLite0 = "tf_efficientnet_lite0"
  /// EfficientNet-Lite0 with PyTorch's padding.
  case efficientNetLite0 = "efficientnet_lite0"
  /// VGG-19 without batch norm, the paper's.
  case vgg19
  /// ResNet of 18 layers.
  case resnet18
  /// ResNet of 34 layers.
  case resnet34
  /// ResNet of 50 layers.
  case resnet50
  /// Vision transformer, tiny, patches of 16 pixels.
  case vitTiny = "vit_tiny_patch16_224"
  /// Vision transformer, small, patches of 16 pixels.
  case vitSmall = "vit_small_patch16_224"

  /// What the side of a photo must be a multiple of.
  public var patch: Int {
    switch self {
    case .vitTiny, .vitSmall: 16
    default: 1
    }
  }

  /// The least side of a photo of which something is left: VGG-19 halves it five times, rounding down.
  var leastSide: Int { self == .vgg19 ? 32 : 1 }

  /// Makes the network's parameters in a scope, named as timm's.
  public func make(_ scope: ParameterScope) -> any Backbone {
    switch self {
    case .tfEfficientNetLite0: EfficientNetLite0(scope, convention: .tensorFlow)
    case .efficientNetLite0: EfficientNetLite0(scope, convention: .pyTorch)
    case .vgg19: VGG19(scope)
    case .resnet18: ResNet(scope, depth: .eighteen)
    case .resnet34: ResNet(scope, depth: .thirtyFour)
    case .resnet50: ResNet(scope, depth: .fifty)
    case .vitTiny: VisionTransformer(scope, size: .tiny)
    case .vitSmall: VisionTransformer(scope, size: .small)
    }
  }
}
