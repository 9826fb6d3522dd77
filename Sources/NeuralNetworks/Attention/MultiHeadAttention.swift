public import Tensors

/// Attention of several heads, to the tokens themselves or to others: Vaswani et al., "Attention Is
/// All You Need", NeurIPS 2017; as PyTorch's `nn.MultiheadAttention` with the batch first.
public struct MultiHeadAttention {
  /// The heads, side by side in the columns.
  public let heads: Int
  private let projections: Projections
  private let output: Linear
  private let dropout: Float
  private let store: ParameterStore

  private enum Projections {
    /// `[3 width, width]` and `[3 width]`: one product for all three.
    case packed(weight: Parameter, bias: Parameter?)
    case separate([Linear])
  }

  /// Makes the parameters in a scope. Heads that do not divide the width trap.
  public init(_ scope: ParameterScope, _ configuration: TransformerConfiguration) {
    let (width, names) = (configuration.width, configuration.names)
    precondition(
      configuration.heads > 0 && width % configuration.heads == 0,
      "MultiHeadAttention: \(configuration.heads) heads of \(width) columns")
    heads = configuration.heads
    dropout = configuration.attentionDropout ?? configuration.dropout
    store = scope.store
    switch names.projections {
    case .packed(let weight, let bias):
      projections = .packed(
        weight: scope.parameter(
          weight, [3 * width, width], configuration.initializer ?? .xavierUniform),
        bias: configuration.hasBias ? scope.parameter(bias, [3 * width], .zeros) : nil)
    case .separate(let query, let key, let value):
      projections = .separate(
        [query, key, value].map {
          configuration.linear(scope($0), inputs: width, outputs: width)
        })
    }
    output = Linear(
      scope(names.output), inputs: width, outputs: width, bias: configuration.hasBias,
      initializer: configuration.initializer ?? .kaimingUniform, biasInitializer: .zeros)
  }

  /// Attention of tokens to one another.
  ///
  /// - Parameter x: `[N, T, width]`.
  /// - Returns: `[N, T, width]`.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask = .none) -> Tensor {
    guard case .packed(let weight, let bias) = projections else {
      return callAsFunction(x, x, x, mask: mask)
    }
    let packed = linear(x, weight: weight.tensor, bias: bias?.tensor)
    return output(
      scaledDotProductSelfAttention(packed, heads: heads, mask: mask, dropout: drawDropout()))
  }

  /// Attention of tokens to others.
  ///
  /// - Parameters:
  ///   - query: `[N, L, width]`.
  ///   - key: `[N, S, width]`.
  ///   - value: `[N, S, width]`.
  /// - Returns: `[N, L, width]`.
  public func callAsFunction(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: AttentionMask = .none
  ) -> Tensor {
    attend(query, KeyValueCache(keys: projected(key, 1), values: projected(value, 2)), mask: mask)
  }

  /// Attention to tokens whose keys and values are known already.
  ///
  /// - Parameter query: `[N, L, width]`.
  /// - Returns: `[N, L, width]`.
  public func attend(
    _ query: Tensor, _ cache: KeyValueCache, mask: AttentionMask = .none
  ) -> Tensor {
    output(
      scaledDotProductAttention(
        projected(query, 0), cache.keys, cache.values, heads: heads, mask: mask,
        dropout: drawDropout()))
  }

  /// The keys and values of tokens `x [N, S, width]`, to be attended to more than once.
  public func keysAndValues(_ x: Tensor) -> KeyValueCache {
    KeyValueCache(keys: projected(x, 1), values: projected(x, 2))
  }

  /// How much of each token there is in a mix of what comes out, by the weights alone and averaged
  /// over the heads; off the tape.
  ///
  /// The weights are not kept, so their products with `shares` come as the gradient of the values.
  ///
  /// - Parameters:
  ///   - shares: of the outputs in the mix, `[N, T]`.
  ///   - x: the tokens, `[N, T, width]`.
  /// - Returns: `[N, T]`.
  func received(_ shares: Tensor, _ x: Tensor) -> Tensor {
    let (queries, keys) = withoutTape { (projected(x, 0), projected(x, 1)) }
    let (count, tokens) = (x.shape[0], x.shape[1])
    return Tape.$isRecording.withValue(true) {
      let values = Tensor.zeros([count, tokens, heads]).variable()
      let outputs = scaledDotProductAttention(
        queries.detached, keys.detached, values, heads: heads)
      let mix = (outputs * shares.detached.reshaped([count, tokens, 1])).sum()
      guard let found = gradients(of: mix, for: [values])[0] else {
        preconditionFailure("MultiHeadAttention: the outputs do not depend on the values")
      }
      return found.mean([2])
    }
  }

  /// To queries (0), keys (1) or values (2).
  private func projected(_ x: Tensor, _ part: Int) -> Tensor {
    switch projections {
    case .separate(let layers): return layers[part](x)
    case .packed(let weight, let bias):
      let width = weight.value.shape[1]
      let rows = part * width..<(part + 1) * width
      return linear(
        x, weight: weight.tensor.sliced(rows, axis: 0), bias: bias?.tensor.sliced(rows, axis: 0))
    }
  }

  private func drawDropout() -> AttentionDropout? {
    guard store.usesDropout, dropout > 0 else { return nil }
    return AttentionDropout(rate: dropout, using: &store.generator)
  }
}

/// The keys and values of the tokens that an attention has seen, for those to come.
public struct KeyValueCache {
  /// `[N, S, width]`.
  public let keys: Tensor
  /// `[N, S, width]`.
  public let values: Tensor

  /// With those of more tokens after these.
  func appending(_ more: KeyValueCache) -> KeyValueCache {
    KeyValueCache(
      keys: concatenated([keys, more.keys], axis: 1),
      values: concatenated([values, more.values], axis: 1))
  }

  /// Those of some members of the batch, one more than once if so wanted.
  func gathered(_ members: [Int]) -> KeyValueCache {
    KeyValueCache(
      keys: keys.gathered(members, axis: 0), values: values.gathered(members, axis: 0))
  }
}
