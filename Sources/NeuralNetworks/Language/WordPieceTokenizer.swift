internal import Files

/// Cuts text into the pieces of words that a BERT knows: WordPiece over its `vocab.txt`.
///
/// A word becomes the longest piece that it starts with, then the longest that goes on (in the
/// vocabulary with `##` before it), to its end; where there is none, or it has more than 100
/// characters, the whole word becomes `[UNK]`. The names of the special tokens, written in a text,
/// stand for them. Source: Devlin et al., "BERT", NAACL 2019; the numbers are those of Hugging Face's
/// `BertTokenizer` (tokenizers 0.23.3), but for the seven characters whose Unicode category changed
/// since: U+166D, 1734, 1885, 1886, A9BD, 111C9 and 1171E.
public struct WordPieceTokenizer: Sendable {
  /// The tokens in the order of their numbers.
  public let vocabulary: [String]
  /// How text is cleaned and split into words.
  public let normalization: TextNormalization
  /// The number of `[PAD]`, which fills short sequences.
  public let padding: Int
  /// The number of `[UNK]`, which stands for words that cannot be put together.
  public let unknown: Int
  /// The number of `[CLS]`, with which every sequence begins.
  public let classification: Int
  /// The number of `[SEP]`, with which every text ends.
  public let separator: Int

  /// The special tokens' names and numbers.
  private let special: [(name: [UInt8], id: Int)]
  private let trie: TokenTrie
  /// The place in the trie from which words go on.
  private let continuation: UInt32?
  /// The byte limit of a vocabulary: a trie has no more nodes than it has bytes.
  private static let byteLimit = 1 << 24 - 1

  /// Reads a vocabulary, a token a line.
  ///
  /// - Throws: `LanguageError.file` or `.missingToken`.
  public init(
    contentsOf path: String, normalization: TextNormalization = TextNormalization()
  ) throws(LanguageError) {
    let text: String
    do { text = try FileReader.text(path, limit: Self.byteLimit) } catch { throw .file(error) }
    try self.init(path: path, vocabulary: Self.lines(text), normalization: normalization)
  }

  /// A text's lines, by its bytes: as characters, a vocabulary of marks takes time that grows with the
  /// square of its length.
  private static func lines(_ text: String) -> [String] {
    let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var lines: [String] = []
    var line: [UInt8] = []
    var last: UInt8 = 0
    for byte in text.utf8 {
      defer { last = byte }
      if byte == feed && last == carriage { continue }
      if byte == feed || byte == carriage {
        lines.append(String(decoding: line, as: UTF8.self))
        line.removeAll(keepingCapacity: true)
      } else {
        line.append(byte)
      }
    }
    return line.isEmpty ? lines : lines + [String(decoding: line, as: UTF8.self)]
  }

  /// Takes a vocabulary in the order of its numbers; one of more than 16 MB traps.
  ///
  /// - Throws: `LanguageError.missingToken` when it has no `[PAD]`, `[UNK]`, `[CLS]` or `[SEP]`.
  public init(
    vocabulary: [String], normalization: TextNormalization = TextNormalization()
  ) throws(LanguageError) {
    try self.init(path: nil, vocabulary: vocabulary, normalization: normalization)
  }

  private init(
    path: String?, vocabulary: [String], normalization: TextNormalization
  ) throws(LanguageError) {
    let trie = TokenTrie(vocabulary)
    func id(_ token: String) throws(LanguageError) -> Int {
      guard let id = trie[token] else { throw .missingToken(path: path, token: token) }
      return id
    }
    padding = try id("[PAD]")
    unknown = try id("[UNK]")
    classification = try id("[CLS]")
    separator = try id("[SEP]")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { name in
      trie[name].map { (Array(name.utf8), $0) }
    }
    continuation = trie.node(after: "##".utf8)
    self.trie = trie
    self.vocabulary = vocabulary
    self.normalization = normalization
  }

  /// The numbers of a text's tokens, without `[CLS]` and `[SEP]`.
  public func pieces(_ text: String) -> [Int] {
    var ids: [Int] = []
    for part in parts(text) {
      switch part {
      case .special(let id): ids.append(id)
      case .text(let text): for word in normalization.words(text) { append(word, to: &ids) }
      }
    }
    return ids
  }

  /// `[CLS] text [SEP]`, its end cut off where it has more tokens than `maximumLength`, which is at
  /// least 2, or it traps.
  public func encode(_ text: String, maximumLength: Int = .max) -> TokenSequence {
    precondition(maximumLength >= 2, "encode: a length of \(maximumLength)")
    return TokenSequence(
      ids: [classification] + pieces(text).prefix(maximumLength - 2) + [separator])
  }

  /// `[CLS] first [SEP] second [SEP]`, the segments of the second and its end being 1. Where it has
  /// more tokens than `maximumLength`, at least 3, the longer text's end is cut off, then both alike.
  public func encode(
    _ first: String, _ second: String, maximumLength: Int = .max
  ) -> TokenSequence {
    precondition(maximumLength >= 3, "encode: a length of \(maximumLength) for a pair")
    let (a, b) = (pieces(first), pieces(second))
    let room = maximumLength - 3
    var (short, long) = (min(a.count, b.count), max(a.count, b.count))
    long = max(short, min(long, room - min(short, room)))
    if short + long > room { (short, long) = (room / 2, room - room / 2) }
    let (countA, countB) = a.count > b.count ? (long, short) : (short, long)
    let head = [classification] + a.prefix(countA) + [separator]
    let tail = b.prefix(countB) + [separator]
    return TokenSequence(
      ids: head + tail,
      segments: Array(repeating: 0, count: head.count) + Array(repeating: 1, count: tail.count))
  }

  /// The tokens of some numbers; one beyond the vocabulary traps.
  public func tokens(_ ids: [Int]) -> [String] { ids.map { vocabulary[$0] } }

  private func append(_ word: String, to ids: inout [Int]) {
    guard word.unicodeScalars.count <= TextNormalization.characterLimit else {
      return ids.append(unknown)
    }
    let start = ids.count
    var rest = Array(word.utf8)[...]
    var node: UInt32? = TokenTrie.root
    while !rest.isEmpty {
      guard let from = node, let match = trie.longest(in: rest, from: from) else {
        ids.removeSubrange(start...)
        return ids.append(unknown)
      }
      ids.append(match.token)
      rest = rest.dropFirst(match.count)
      node = continuation
    }
  }

  private enum Part {
    case text(String)
    case special(Int)
  }

  /// The text with the special tokens that are written in it cut out.
  private func parts(_ text: String) -> [Part] {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "[")) else { return [.text(text)] }
    var parts: [Part] = []
    var (start, place) = (0, 0)
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "["),
        let found = special.first(where: { bytes[place...].starts(with: $0.name) })
      {
        parts.append(.text(String(decoding: bytes[start..<place], as: UTF8.self)))
        parts.append(.special(found.id))
        place += found.name.count
        start = place
      } else {
        place += 1
      }
    }
    return parts + [.text(String(decoding: bytes[start...], as: UTF8.self))]
  }
}
