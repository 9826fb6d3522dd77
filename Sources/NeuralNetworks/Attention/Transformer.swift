public import Tensors

/// An encoder and a decoder of vectors: Vaswani et al., "Attention Is All You Need", NeurIPS 2017;
/// as PyTorch's `nn.Transformer` with the batch first.
public struct Transformer {
  /// From the source to the memory.
  public let encoder: TransformerEncoder
  /// From the memory and what came before to what comes next.
  public let decoder: TransformerDecoder

  /// Makes the parameters below `encoder` and `decoder` in a scope; the default is the paper's base
  /// model with PyTorch's last norms. Matrices begin as PyTorch's do, unless the configuration says
  /// otherwise.
  public init(
    _ scope: ParameterScope, encoderLayers: Int = 6, decoderLayers: Int = 6,
    _ configuration: TransformerConfiguration = TransformerConfiguration()
  ) {
    var configuration = configuration
    configuration.initializer = configuration.initializer ?? .xavierUniform
    encoder = TransformerEncoder(scope("encoder"), layers: encoderLayers, configuration)
    decoder = TransformerDecoder(scope("decoder"), layers: decoderLayers, configuration)
  }

  /// The decoder's output for a whole target, each token of which sees those up to itself.
  ///
  /// - Parameters:
  ///   - source: `[N, S, width]`.
  ///   - target: `[N, L, width]`.
  ///   - sourceMask: which tokens of the source count.
  /// - Returns: `[N, L, width]`.
  public func callAsFunction(
    _ source: Tensor, _ target: Tensor, sourceMask: AttentionMask = .none
  ) -> Tensor {
    decoder(target, memory: encoder(source, mask: sourceMask), memoryMask: sourceMask)
  }
}
