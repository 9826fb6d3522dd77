internal import Files
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
  ///
  /// - Throws: `LanguageError`, `unsupported` also where the vector is to be another than the tokens' mean,
  ///   or another layer comes after that.
  public init(contentsOf folder: String) throws(LanguageError) {
    var normalization = TextNormalization()
    var longest: Int?
    if let file = try ConfigurationFile.ifPresent(folder + "/tokenizer_config.json") {
      normalization = TextNormalization(
        lowercases: try file.flag("do_lower_case") ?? true,
        stripsAccents: try file.flag("strip_accents"),
        separatesChineseCharacters: try file.flag("tokenize_chinese_chars") ?? true)
      longest = try file.lengthLimit("model_max_length")
    }
    try Self.expectMean(folder)
    let file = try ConfigurationFile.ifPresent(folder + "/sentence_bert_config.json")
    if try file?.flag("do_lower_case") == true { normalization.lowercases = true }
    let vocabulary = folder + "/vocab.txt"
    if !FileSystem.exists(vocabulary), FileSystem.exists(folder + "/tokenizer.json") {
      throw .unsupported(
        path: folder, problem: "it has its vocabulary in tokenizer.json alone",
        cure: "have its tokenizer write vocab.txt there: save_vocabulary(folder) in Python")
    }
    tokenizer = try WordPieceTokenizer(
      contentsOf: vocabulary, normalization: normalization)
    network = try BERT(contentsOf: folder)
    network.store.setTrainable(false)
    guard tokenizer.vocabulary.count <= network.configuration.vocabularySize else {
      throw .configuration(
        path: folder + "/config.json",
        problem: "vocab_size is less than the \(tokenizer.vocabulary.count) lines of vocab.txt")
    }
    let positions = network.configuration.maximumLength
    let otherwise = min(positions, longest ?? positions)
    maximumLength = min(positions, try file?.size("max_seq_length", otherwise) ?? otherwise)
    guard maximumLength >= 2 else {
      throw .configuration(path: folder, problem: "there is no room for [CLS] and [SEP]")
    }
  }

  /// Throws unless the tokens' mean is taken, and nothing but its length is changed after that.
  private static func expectMean(_ folder: String) throws(LanguageError) {
    let cure = "give a model that takes the mean of its tokens"
    let known = ["Transformer", "Pooling", "Normalize"]
    for module in try ConfigurationFile.list(folder + "/modules.json") ?? [] {
      guard let type = try module.text("type"), let name = type.split(separator: ".").last,
        !known.contains(String(name))
      else { continue }
      throw .unsupported(
        path: module.path, problem: "there is a module \(type)",
        cure: "give a model of \(known.joined(separator: ", ")) alone")
    }
    guard let file = try ConfigurationFile.ifPresent(folder + "/1_Pooling/config.json") else {
      return
    }
    // What sentence-transformers writes since version 6.
    if let modes = try file.texts("pooling_mode"), modes != ["mean"] {
      throw .unsupported(
        path: file.path, problem: "pooling_mode is \(modes.joined(separator: ", "))", cure: cure)
    }
    let others = file.flags(beginningWith: "pooling_mode_")
      .filter { $0 != "pooling_mode_mean_tokens" }
    if let other = others.first {
      throw .unsupported(path: file.path, problem: "\(other) is true", cure: cure)
    }
    if try file.flag("pooling_mode_mean_tokens") == false {
      throw .unsupported(
        path: file.path, problem: "pooling_mode_mean_tokens is false", cure: cure)
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
