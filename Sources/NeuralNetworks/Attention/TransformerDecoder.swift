public import Tensors

/// Self-attention to what came before, attention to the encoder's output, and a feed-forward part:
/// section 3.1 of "Attention Is All You Need" (Vaswani et al., 2017). Named as PyTorch's
/// `nn.TransformerDecoderLayer`.
public struct TransformerDecoderLayer {
  private let selfAttention: MultiHeadAttention
  private let crossAttention: MultiHeadAttention
  private let feedForward: FeedForward
  private let norms: [LayerNorm]
  private let dropout: Dropout
  private let normalizesFirst: Bool

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, _ configuration: TransformerConfiguration) {
    selfAttention = MultiHeadAttention(scope("self_attn"), configuration)
    crossAttention = MultiHeadAttention(scope("multihead_attn"), configuration)
    feedForward = FeedForward(scope, configuration)
    norms = ["norm1", "norm2", "norm3"].map { configuration.norm(scope($0)) }
    dropout = Dropout(scope, rate: configuration.dropout)
    normalizesFirst = configuration.normalizesFirst
  }

  /// The output for tokens `x [N, L, width]`, each of which sees those up to itself.
  ///
  /// - Parameters:
  ///   - memory: the encoder's output, `[N, S, width]`.
  ///   - memoryMask: which of its tokens count.
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, memoryMask: AttentionMask = .none
  ) -> Tensor {
    run(
      x, attending: { selfAttention($0, mask: .causal) },
      looking: { crossAttention($0, memory, memory, mask: memoryMask) })
  }

  /// The output for the tokens that come next, `x [N, L, width]`, after those that the state has
  /// seen.
  func callAsFunction(
    _ x: Tensor, continuing state: inout LayerState, memoryMask: AttentionMask
  ) -> Tensor {
    var seen = state.seen
    defer { state.seen = seen }
    let memory = state.memory
    return run(
      x,
      attending: { tokens in
        let new = selfAttention.keysAndValues(tokens)
        let before = seen?.keys.shape[1] ?? 0
        let all = seen?.appending(new) ?? new
        seen = all
        return selfAttention.attend(tokens, all, mask: AttentionMask(causalOffset: before))
      }, looking: { crossAttention.attend($0, memory, mask: memoryMask) })
  }

  /// What a layer keeps while a sequence grows.
  struct LayerState {
    /// Of the tokens that came before; nil at the start.
    var seen: KeyValueCache?
    /// Of the encoder's output.
    var memory: KeyValueCache
  }

  func state(memory: Tensor) -> LayerState {
    LayerState(seen: nil, memory: crossAttention.keysAndValues(memory))
  }

  private func run(
    _ x: Tensor, attending: (Tensor) -> Tensor, looking: (Tensor) -> Tensor
  ) -> Tensor {
    func step(_ x: Tensor, _ norm: LayerNorm, _ part: (Tensor) -> Tensor) -> Tensor {
      normalizesFirst ? x + dropout(part(norm(x))) : norm(x + dropout(part(x)))
    }
    let seen = step(x, norms[0], attending)
    let read = step(seen, norms[1], looking)
    return step(read, norms[2]) { feedForward($0) }
  }
}

/// Decoder layers one after the other, and a last norm where there is one.
public struct TransformerDecoder {
  /// The layers, the first one first.
  public let layers: [TransformerDecoderLayer]
  private let norm: LayerNorm?

  /// Makes the parameters `layers.0` and so on, and `norm`, in a scope.
  public init(
    _ scope: ParameterScope, layers count: Int = 6, _ configuration: TransformerConfiguration,
    hasNorm: Bool = true
  ) {
    layers = (0..<count).map { TransformerDecoderLayer(scope("layers")($0), configuration) }
    norm = hasNorm ? configuration.norm(scope("norm")) : nil
  }

  /// The output for tokens `x [N, L, width]`, of their shape; see `TransformerDecoderLayer`.
  public func callAsFunction(
    _ x: Tensor, memory: Tensor, memoryMask: AttentionMask = .none
  ) -> Tensor {
    let y = layers.reduce(x) { x, layer in layer(x, memory: memory, memoryMask: memoryMask) }
    return norm.map { $0(y) } ?? y
  }

  /// The output for the tokens that come next, `x [N, L, width]`; the state takes them in.
  public func callAsFunction(_ x: Tensor, continuing state: inout DecoderState) -> Tensor {
    var y = x
    for (index, layer) in layers.enumerated() {
      y = layer(y, continuing: &state.layers[index], memoryMask: state.memoryMask)
    }
    state.length += x.shape[1]
    return norm.map { $0(y) } ?? y
  }

  /// The state before the first token.
  ///
  /// - Parameters:
  ///   - memory: the encoder's output, `[N, S, width]`.
  ///   - memoryMask: which of its tokens count.
  public func start(memory: Tensor, memoryMask: AttentionMask = .none) -> DecoderState {
    DecoderState(layers: layers.map { $0.state(memory: memory) }, memoryMask: memoryMask)
  }
}

/// What a decoder keeps while sequences grow token by token: the keys and values of all layers, so
/// that each token is computed once.
public struct DecoderState {
  var layers: [TransformerDecoderLayer.LayerState]
  var memoryMask: AttentionMask
  /// Tokens that it has seen.
  public internal(set) var length = 0

  init(layers: [TransformerDecoderLayer.LayerState], memoryMask: AttentionMask) {
    self.layers = layers
    self.memoryMask = memoryMask
  }

  /// The state of some of the sequences, one more than once if so wanted, as when some beams end
  /// and others part.
  public func gathered(_ members: [Int]) -> DecoderState {
    var result = self
    result.memoryMask.keys = memoryMask.keys?.gathered(members, axis: 0)
    if let additive = memoryMask.additive, additive.shape.rank == 4, additive.shape[0] > 1 {
      result.memoryMask.additive = additive.gathered(members, axis: 0)
    }
    for index in layers.indices {
      result.layers[index].seen = layers[index].seen?.gathered(members)
      result.layers[index].memory = layers[index].memory.gathered(members)
    }
    return result
  }
}
