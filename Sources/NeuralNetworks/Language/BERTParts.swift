internal import Tensors

/// The sum of what a token is, where it stands and which text it is of, normalised.
struct BERTEmbeddings {
  private let words: Embedding
  private let positions: LearnedEncoding
  private let segments: Embedding
  private let norm: LayerNorm
  private let dropout: Dropout
  private let configuration: BERTConfiguration

  init(_ scope: ParameterScope, _ configuration: BERTConfiguration, width: Int) {
    let initializer = Initializer.normal(deviation: configuration.initialDeviation)
    words = Embedding(
      scope("word_embeddings"), count: configuration.vocabularySize, width: width,
      initializer: initializer)
    positions = LearnedEncoding(
      scope("position_embeddings"), maximumLength: configuration.maximumLength, width: width)
    segments = Embedding(
      scope("token_type_embeddings"), count: configuration.segments, width: width,
      initializer: initializer)
    norm = LayerNorm(scope("LayerNorm"), channels: width, epsilon: configuration.epsilon)
    dropout = Dropout(scope, rate: configuration.dropout)
    self.configuration = configuration
  }

  /// `[N, T, width]`.
  func callAsFunction(_ batch: TokenBatch) -> Tensor {
    precondition(
      batch.length <= configuration.maximumLength,
      "BERT: \(batch.length) tokens, more than the \(configuration.maximumLength) positions")
    return dropout(norm(positions(words(batch.ids) + segments(batch.segments))))
  }
}

/// A vector for a sequence, from its first token.
struct BERTPooler {
  private let dense: Linear

  init(_ scope: ParameterScope, _ configuration: BERTConfiguration) {
    dense = configuration.transformer(.bert)
      .linear(scope, inputs: configuration.width, outputs: configuration.width)
  }

  /// `[N, T, width]` to `[N, width]`.
  func callAsFunction(_ tokens: Tensor) -> Tensor {
    dense(tokens.sliced(0..<1, axis: 1).reshaped([tokens.shape[0], tokens.shape[2]])).tanh()
  }
}
