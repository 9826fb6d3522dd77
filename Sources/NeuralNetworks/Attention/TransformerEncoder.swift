public import Tensors

/// Self-attention and a feed-forward part, each with a residual sum and a layer norm: section 3.1
/// of "Attention Is All You Need" (Vaswani et al., 2017).
public struct TransformerEncoderLayer {
  private let attention: MultiHeadAttention
  private let feedForward: FeedForward
  private let attentionNorm: LayerNorm
  private let feedForwardNorm: LayerNorm
  private let dropout: Dropout
  private let normalizesFirst: Bool

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, _ configuration: TransformerConfiguration) {
    let names = configuration.names
    attention = MultiHeadAttention(
      names.attention.isEmpty ? scope : scope(names.attention), configuration)
    feedForward = FeedForward(scope, configuration)
    attentionNorm = configuration.norm(scope(names.attentionNorm))
    feedForwardNorm = configuration.norm(scope(names.feedForwardNorm))
    dropout = Dropout(scope, rate: configuration.dropout)
    normalizesFirst = configuration.normalizesFirst
  }

  /// The output for tokens `x [N, T, width]`, of their shape.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask = .none) -> Tensor {
    if normalizesFirst {
      let y = x + dropout(attention(attentionNorm(x), mask: mask))
      return y + dropout(feedForward(feedForwardNorm(y)))
    }
    let y = attentionNorm(x + dropout(attention(x, mask: mask)))
    return feedForwardNorm(y + dropout(feedForward(y)))
  }

  /// How much of each token there is in a mix of what comes out, half of it by the attention's
  /// weights and half by the residual sum: a step of attention roll-out (Abnar, Zuidema,
  /// "Quantifying Attention Flow in Transformers", ACL 2020); off the tape.
  ///
  /// - Parameters:
  ///   - shares: of the outputs in the mix, `[N, T]`.
  ///   - x: the tokens that go in, `[N, T, width]`.
  /// - Returns: `[N, T]`.
  public func rolledOut(_ shares: Tensor, _ x: Tensor) -> Tensor {
    withoutTape {
      let tokens = normalizesFirst ? attentionNorm(x) : x
      return (shares + attention.received(shares, tokens)) / 2
    }
  }
}

/// Encoder layers one after the other, and a last norm where there is one.
public struct TransformerEncoder {
  /// The layers, the first one first.
  public let layers: [TransformerEncoderLayer]
  private let norm: LayerNorm?

  /// Makes the parameters `layers.0` and so on, and `norm`, in a scope.
  public init(
    _ scope: ParameterScope, layers count: Int = 6, _ configuration: TransformerConfiguration,
    hasNorm: Bool = true
  ) {
    layers = (0..<count).map { TransformerEncoderLayer(scope("layers")($0), configuration) }
    norm = hasNorm ? configuration.norm(scope("norm")) : nil
  }

  /// The output for tokens `x [N, T, width]`, of their shape.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask = .none) -> Tensor {
    let y = layers.reduce(x) { x, layer in layer(x, mask: mask) }
    return norm.map { $0(y) } ?? y
  }
}

extension TransformerConfiguration {
  func norm(_ scope: ParameterScope) -> LayerNorm {
    LayerNorm(scope, channels: width, epsilon: epsilon)
  }
}
