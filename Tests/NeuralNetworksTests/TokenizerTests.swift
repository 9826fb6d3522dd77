import Files
import Foundation
import NeuralNetworks
import Testing

/// Texts in many scripts, and what Hugging Face's tokenizer and PyTorch make of them; see
/// Tests/ReferenceImplementations/sentences.py.
struct Sentences {
  let texts: [String]
  let file: SafetensorsFile

  init() throws {
    file = try fixture("sentences")
    let json = try Data(contentsOf: URL(filePath: Self.path("sentences.json")))
    texts = try JSONDecoder().decode([String].self, from: json)
  }

  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
  }

  /// The sequences of that name.
  func sequences(_ name: String) throws -> [[Int]] {
    let values = try file.array(name).values.map { Int($0) }
    var start = 0
    return try file.array("\(name)/lengths").values.map { length in
      defer { start += Int(length) }
      return Array(values[start..<start + Int(length)])
    }
  }
}

@Suite struct TokenizerTests {
  private static let vocabulary = Sentences.path("vocabulary.txt")

  @Test(arguments: [
    ("small", TextNormalization()),
    ("cased", TextNormalization(lowercases: false)),
    ("joined", TextNormalization(separatesChineseCharacters: false)),
    ("accented", TextNormalization(stripsAccents: false)),
    ("bare", TextNormalization(lowercases: false, stripsAccents: true)),
  ])
  func givesTheNumbersOfHuggingFace(name: String, normalization: TextNormalization) throws {
    let sentences = try Sentences()
    let tokenizer = try WordPieceTokenizer(
      contentsOf: Self.vocabulary, normalization: normalization)
    #expect(sentences.texts.count == 200)
    for (text, ids) in zip(sentences.texts, try sentences.sequences(name)) {
      #expect(tokenizer.encode(text).ids == ids, "\(text.debugDescription)")
    }
  }

  @Test func cutsPairsAsHuggingFaceDoes() throws {
    let sentences = try Sentences()
    let tokenizer = try WordPieceTokenizer(contentsOf: Self.vocabulary)
    let text = try #require(sentences.file.metadata["pair lengths"])
    let lengths = try JSONDecoder().decode([Int].self, from: Data(text.utf8))
    let pairs = zip(sentences.texts, sentences.texts.reversed()).flatMap { pair in
      lengths.map { (pair, $0) }
    }
    let expected = zip(try sentences.sequences("pairs"), try sentences.sequences("segments"))
    #expect(pairs.count == 1400)
    for ((pair, length), (ids, segments)) in zip(pairs, expected) {
      #expect(
        tokenizer.encode(pair.0, pair.1, maximumLength: length)
          == TokenSequence(ids: ids, segments: segments), "\(pair), \(length)")
    }
  }

  /// Letters that Swift's strings take for equal are different tokens.
  @Test func tellsComposedFromDecomposed() throws {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    let tokenizer = try WordPieceTokenizer(
      vocabulary: special + ["caf\u{e9}", "cafe\u{301}", "x", "##\u{e9}"],
      normalization: TextNormalization(stripsAccents: false))
    #expect(tokenizer.pieces("caf\u{e9}") == [4])
    #expect(tokenizer.pieces("cafe\u{301}") == [5])
    #expect(tokenizer.pieces("x\u{e9} xe\u{301}") == [6, 7, 1])
    #expect(tokenizer.tokens([6, 7]) == ["x", "##\u{e9}"])
  }

  @Test func readsLinesHoweverTheyEnd() throws {
    let lines = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "", "a", "##b"]
    for end in ["\n", "\r\n", "\r"] {
      for last in ["", end] {
        try withFile(lines.joined(separator: end) + last) { path in
          let tokenizer = try WordPieceTokenizer(contentsOf: path)
          #expect(tokenizer.vocabulary == lines)
          #expect(tokenizer.encode("ab").ids == [2, 5, 6, 3])
        }
      }
    }
  }

  /// Long words and runs of marks take time in proportion to their length. No time is asserted: with
  /// the square of it this would not end.
  @Test func longTextsEnd() throws {
    let tokenizer = try WordPieceTokenizer(
      vocabulary: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "\u{4e00}"])
    let marks = "a" + String(repeating: "\u{301}\u{323}", count: 200_000)
    #expect(tokenizer.pieces(marks) == [4])
    #expect(tokenizer.pieces(String(repeating: "\u{4e00}", count: 200_000)).count == 200_000)
    #expect(tokenizer.pieces(String(repeating: "a", count: 1_000_000)) == [1])
    try withFile("[PAD]\n[UNK]\n[CLS]\n[SEP]\n" + marks) { path in
      let read = try WordPieceTokenizer(contentsOf: path)
      #expect(read.vocabulary.count == 5)
    }
  }

  @Test func saysWhatIsWrongWithAVocabulary() throws {
    #expect(throws: LanguageError.missingToken(path: nil, token: "[SEP]")) {
      try WordPieceTokenizer(vocabulary: ["[PAD]", "[UNK]", "[CLS]", "a"])
    }
    try withFile("") { path in
      #expect(throws: LanguageError.missingToken(path: path, token: "[PAD]")) {
        try WordPieceTokenizer(contentsOf: path)
      }
    }
    for bytes in [[0xff], [UInt8](repeating: 97, count: 1 << 24)] {
      try withFile(bytes) { path in
        #expect {
          try WordPieceTokenizer(contentsOf: path)
        } throws: { error in
          guard case .file(let file)? = error as? LanguageError,
            case .unreadable(let named, _) = file
          else { return false }
          return named == path
        }
      }
    }
    #expect(throws: LanguageError.self) { try WordPieceTokenizer(contentsOf: "/nowhere") }
  }

  @Test func fillsBatches() {
    let batch = TokenBatch(
      [TokenSequence(ids: [1, 2]), TokenSequence(ids: [3, 4, 5], segments: [0, 1, 1])], padding: 9)
    #expect((batch.count, batch.length) == (2, 3))
    #expect(batch.ids == [[1, 2, 9], [3, 4, 5]])
    #expect(batch.segments == [[0, 0, 0], [0, 1, 1]])
    #expect(batch.lengths == [2, 3])
  }

  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    try withFile(Array(text.utf8), body)
  }

  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(bytes).write(to: url)
    try body(url.path)
  }
}
