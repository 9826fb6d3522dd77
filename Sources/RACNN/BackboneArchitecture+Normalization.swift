public import ImageDatasets

extension BackboneArchitecture {
  /// The mean and deviation of samples 0...255 that the ImageNet weights were trained with.
  public var normalization: Normalization {
    switch self {
    case .tfEfficientNetLite0:
      // What TensorFlow's own code does; timm takes 127.5 for both.
      Normalization(mean: [127, 127, 127], deviation: [128, 128, 128])
    case .vitTiny, .vitSmall:
      Normalization(mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5])
    case .efficientNetLite0, .vgg19, .resnet18, .resnet34, .resnet50:
      Normalization(
        mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
        deviation: [0.229 * 255, 0.224 * 255, 0.225 * 255])
    }
  }
}
