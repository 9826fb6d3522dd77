internal import NeuralNetworks
public import Tensors

/// How the decision comes of all scales.
public enum FusionKind: String, Codable, CaseIterable, Sendable {
  /// One linear layer on all descriptors, as in the paper.
  case linear
  /// That, and a transformer over the scales.
  case attention
}

/// The classifier on the descriptors of all scales.
///
/// Each descriptor, normalised on its own, goes into one linear layer. With attention, each is a
/// token too, to which its scale and its box's place are added; a transformer encoder lets the scales
/// look at one another, and its mean adds to the logits through a layer that begins at zero, so that
/// both kinds begin at the same decision.
public struct Fusion {
  let linear: Linear
  private let attention: ScaleAttention?
  private let channels: [Int]

  /// Makes the parameters in a scope.
  ///
  /// - Parameter channels: of each scale's descriptor.
  init(_ scope: ParameterScope, kind: FusionKind, channels: [Int], classes: Int) {
    self.channels = channels
    linear = Linear(scope, inputs: channels.reduce(0, +), outputs: classes)
    attention =
      kind == .attention ? ScaleAttention(scope, channels: channels, classes: classes) : nil
  }

  /// What the fusion sees of views: normalised descriptors side by side, and with attention the
  /// boxes' three values of each scale after them, `[N, columns]`.
  package func input(_ views: [View]) -> Tensor {
    let descriptors = views.map { $0.descriptor.l2Normalized() }
    return concatenated(
      descriptors + (attention == nil ? [] : views.map { $0.box.values }), axis: 1)
  }

  /// The logits `[N, classes]` for what `input` gives.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    let width = channels.reduce(0, +)
    guard let attention else { return linear(input) }
    let logits = linear(input.sliced(0..<width, axis: 1))
    var start = 0
    let descriptors = channels.map { count in
      defer { start += count }
      return input.sliced(start..<start + count, axis: 1)
    }
    let boxes = channels.indices.map {
      input.sliced(width + 3 * $0..<width + 3 * $0 + 3, axis: 1)
    }
    return logits + attention(descriptors, boxes)
  }
}

/// A transformer whose tokens are the scales.
private struct ScaleAttention {
  private let embeddings: [Linear]
  private let places: Linear
  private let scales: Parameter
  private let encoder: TransformerEncoder
  private let classifier: Linear

  private static let width = 64

  init(_ scope: ParameterScope, channels: [Int], classes: Int) {
    let width = Self.width
    var configuration = TransformerConfiguration(width: width, heads: 4, hidden: 2 * width)
    configuration.normalizesFirst = true
    configuration.activation = .gelu
    configuration.dropout = 0
    embeddings = channels.enumerated().map {
      Linear(scope("embeddings")($0), inputs: $1, outputs: width)
    }
    places = Linear(scope("places"), inputs: 3, outputs: width)
    scales = scope.parameter("scales", [channels.count, width], .normal(deviation: 0.02))
    encoder = TransformerEncoder(scope("encoder"), layers: 1, configuration)
    classifier = Linear(
      scope("classifier"), inputs: width, outputs: classes, initializer: .zeros,
      biasInitializer: .zeros)
  }

  func callAsFunction(_ descriptors: [Tensor], _ boxes: [Tensor]) -> Tensor {
    let tokens = descriptors.indices.map { index in
      (embeddings[index](descriptors[index]) + places(boxes[index])
        + scales.tensor.sliced(index..<index + 1, axis: 0))
        .reshaped([descriptors[index].shape[0], 1, Self.width])
    }
    return classifier(encoder(concatenated(tokens, axis: 1)).mean([1]))
  }
}
