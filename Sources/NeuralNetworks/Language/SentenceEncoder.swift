public import Tensors

/// Turns sentences into vectors that lie close where the sentences mean alike: the mean of a BERT's
/// vectors, of length 1.
///
/// Source: Reimers, Gurevych, "Sentence-BERT", EMNLP 2019. The scalar product of two vectors is the
/// cosine of their angle.
public struct SentenceEncoder {
  /// Cuts sentences into tokens.
  public let tokenizer: WordPieceTokenizer
  /// Makes vectors of tokens.
  public let network: BERT
  /// Tokens of a sentence at most; the rest is not read.
  public let maximumLength: Int

  /// Loads a folder as sentence-transformers saves it: `vocab.txt`, `config.json`,
  /// `model.safetensors`, and where they are there `tokenizer_config.json`,
  /// `sentence_bert_config.json`, `1_Pooling/config.json` and `modules.json`.
  public init(contentsOf folder: String) throws(LanguageError) {
    var normalization = TextNormalization()
    if let file = try ConfigurationFile.ifPresent(folder + "/tokenizer_config.json") {
      normalization = TextNormalization(
        lowercases: file.flag("do_lower_case") ?? true, stripsAccents: file.flag("strip_accents"),
        separatesChineseCharacters: file.flag("tokenize_chinese_chars") ?? true)
    }
    if let file = try ConfigurationFile.ifPresent(folder + "/1_Pooling/config.json"),
      file.flag("pooling_mode_mean_tokens") == false
    {
      throw .unsupported(
        path: file.path, problem: "pooling_mode_mean_tokens is false",
        cure: "give a model that takes the mean of its tokens")
    }
    tokenizer = try WordPieceTokenizer(
      contentsOf: folder + "/vocab.txt", normalization: normalization)
    network = try BERT(contentsOf: folder)
    network.store.setTrainable(false)
    guard tokenizer.vocabulary.count <= network.configuration.vocabularySize else {
      throw .configuration(
        path: folder + "/config.json",
        problem: "vocab_size is less than the \(tokenizer.vocabulary.count) lines of vocab.txt")
    }
    let positions = network.configuration.maximumLength
    let file = try ConfigurationFile.ifPresent(folder + "/sentence_bert_config.json")
    maximumLength = min(positions, try file?.size("max_seq_length", positions) ?? positions)
    guard maximumLength >= 2 else {
      throw .configuration(path: folder, problem: "there is no room for [CLS] and [SEP]")
    }
  }

  /// A vector for each sentence, `[N, width]`.
  ///
  /// - Parameter batchSize: how many are computed with at a time.
  public func callAsFunction(_ sentences: [String], batchSize: Int = 32) -> Tensor {
    precondition(batchSize > 0, "SentenceEncoder: a batch of \(batchSize)")
    let sequences = sentences.map { tokenizer.encode($0, maximumLength: maximumLength) }
    // Sentences of like lengths together: little is computed for padding.
    let order = sequences.indices.sorted {
      (sequences[$0].ids.count, $0) < (sequences[$1].ids.count, $1)
    }
    let width = network.configuration.width
    var vectors = [Float](repeating: 0, count: sentences.count * width)
    for start in stride(from: 0, to: order.count, by: batchSize) {
      let chosen = order[start..<min(start + batchSize, order.count)]
      let batch = TokenBatch(chosen.map { sequences[$0] }, padding: tokenizer.padding)
      withoutTape { self(batch) }.withValues { values in
        for (row, index) in chosen.enumerated() {
          for column in 0..<width { vectors[index * width + column] = values[row * width + column] }
        }
      }
    }
    return Tensor(vectors, shape: [sentences.count, width])
  }

  /// A vector for each sequence of tokens, `[N, width]`: the mean of those of its tokens, padding left
  /// out, of length 1.
  public func callAsFunction(_ batch: TokenBatch) -> Tensor {
    let shares = batch.lengths.flatMap { length in
      (0..<batch.length).map { $0 < length ? 1 / Float(length) : 0 }
    }
    return Tensor(shares, shape: [batch.count, 1, batch.length])
      .matrixProduct(network(batch).tokens)
      .reshaped([batch.count, network.configuration.width])
      .l2Normalized()
  }
}
