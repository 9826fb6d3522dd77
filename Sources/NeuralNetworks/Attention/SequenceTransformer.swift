public import Tensors

/// From one sequence of tokens to another: embeddings, positional encoding, a transformer, and a
/// linear layer to the tokens that may come next. Vaswani et al., "Attention Is All You Need",
/// NeurIPS 2017.
public struct SequenceTransformer {
  /// The numbers of tokens that mean something to the network.
  public struct Tokens: Hashable, Sendable {
    /// Fills up short sequences of a batch.
    public var padding: Int
    /// Before the first token of a target.
    public var start: Int
    /// After the last token of a target.
    public var end: Int

    /// Names the three.
    public init(padding: Int, start: Int, end: Int) {
      self.padding = padding
      self.start = start
      self.end = end
    }
  }

  let tokens: Tokens
  let transformer: Transformer
  private let sourceEmbedding: Embedding
  private let targetEmbedding: Embedding
  private let output: Linear
  private let encoding: SinusoidalEncoding
  private let dropout: Dropout

  /// Makes the parameters in a scope.
  ///
  /// - Parameters:
  ///   - sourceCount: tokens that a source may have, by number.
  ///   - targetCount: tokens that a target may have, by number.
  public init(
    _ scope: ParameterScope, sourceCount: Int, targetCount: Int, tokens: Tokens,
    encoderLayers: Int = 6, decoderLayers: Int = 6,
    _ configuration: TransformerConfiguration = TransformerConfiguration()
  ) {
    let width = configuration.width
    let initial = Initializer.normal(deviation: 1 / Float(width).squareRoot())
    self.tokens = tokens
    sourceEmbedding = Embedding(
      scope("source"), count: sourceCount, width: width, initializer: initial)
    targetEmbedding = Embedding(
      scope("target"), count: targetCount, width: width, initializer: initial)
    transformer = Transformer(
      scope("transformer"), encoderLayers: encoderLayers, decoderLayers: decoderLayers,
      configuration)
    output = Linear(scope("output"), inputs: width, outputs: targetCount)
    encoding = SinusoidalEncoding(width: width)
    dropout = Dropout(scope, rate: configuration.dropout)
  }

  /// The mean cross-entropy of each target's next tokens, given the source and those before; the end
  /// is one of them. A scalar.
  ///
  /// - Parameters:
  ///   - sources: lists of tokens, of any lengths.
  ///   - targets: as many lists, without start and end.
  public func loss(_ sources: [[Int]], _ targets: [[Int]]) -> Tensor {
    precondition(
      sources.count == targets.count && !sources.isEmpty,
      "SequenceTransformer: \(sources.count) sources and \(targets.count) targets")
    let inputs = padded(targets.map { [tokens.start] + $0 })
    let wanted = padded(targets.map { $0 + [tokens.end] }).flatMap { $0 }
    let (source, mask) = embedded(sources: sources)
    let hidden = transformer(source, embedded(targets: inputs), sourceMask: mask)
    let rows = wanted.indices.filter { wanted[$0] != tokens.padding }
    let logits = output(hidden.reshaped([wanted.count, hidden.shape[2]]).gathered(rows, axis: 0))
    return crossEntropy(logits, classes: rows.map { wanted[$0] })
  }

  /// Encodes sources, for targets to be found token by token.
  func start(_ sources: [[Int]]) -> DecoderState {
    let (source, mask) = embedded(sources: sources)
    return transformer.decoder.start(
      memory: transformer.encoder(source, mask: mask), memoryMask: mask)
  }

  /// The logarithms of the probabilities of what comes next, `[N, targetCount]`.
  ///
  /// - Parameter last: the last token of each sequence, N of them.
  func next(after last: [Int], _ state: inout DecoderState) -> Tensor {
    let x = embedded(targets: last.map { [$0] }, from: state.length)
    let y = transformer.decoder(x, continuing: &state)
    return output(y.reshaped([last.count, y.shape[2]])).logSoftmax()
  }

  private func embedded(sources: [[Int]]) -> (Tensor, AttentionMask) {
    let numbers = padded(sources)
    let seen = numbers.flatMap { $0.map { $0 == tokens.padding ? Float(0) : 1 } }
    let mask = AttentionMask(
      keys: Tensor(seen, shape: [numbers.count, numbers.first?.count ?? 0]))
    return (placed(sourceEmbedding(numbers), from: 0), mask)
  }

  private func embedded(targets: [[Int]], from position: Int = 0) -> Tensor {
    placed(targetEmbedding(targets), from: position)
  }

  /// Section 3.4 of the paper: embeddings are multiplied by the root of the width.
  private func placed(_ x: Tensor, from position: Int) -> Tensor {
    dropout(encoding(x * Float(encoding.width).squareRoot(), from: position))
  }

  private func padded(_ lists: [[Int]]) -> [[Int]] {
    let length = lists.map(\.count).max() ?? 0
    return lists.map {
      $0 + [Int](repeating: tokens.padding, count: length - $0.count)
    }
  }
}
