internal import Tensors

/// A text as the numbers of its tokens.
public struct TokenSequence: Hashable, Sendable {
  /// The tokens' places in the vocabulary.
  public let ids: [Int]
  /// Which text each is of: 0, or 1 for the second of a pair; as many as `ids`.
  public let segments: [Int]

  /// A sequence; segments are zeros unless given, and their count must be that of the ids.
  public init(ids: [Int], segments: [Int]? = nil) {
    self.ids = ids
    self.segments = segments ?? Array(repeating: 0, count: ids.count)
    precondition(
      self.segments.count == ids.count,
      "TokenSequence: \(self.segments.count) segments for \(ids.count) tokens")
  }
}

/// Sequences of one length, the shorter ones filled up at their end.
public struct TokenBatch: Hashable, Sendable {
  /// N, the number of sequences.
  public let count: Int
  /// T, the length of the longest.
  public let length: Int
  /// The numbers of the tokens, N rows of T.
  public let ids: [[Int]]
  /// Which text of a pair each token is of, N rows of T.
  public let segments: [[Int]]
  /// The length of each sequence before it was filled up; the padding is what follows.
  public let lengths: [Int]

  /// Fills sequences up to the longest with the token `padding`. None at all traps, and none with a
  /// token.
  public init(_ sequences: [TokenSequence], padding: Int = 0) {
    precondition(!sequences.isEmpty, "TokenBatch: no sequences")
    let longest = sequences.map(\.ids.count).max() ?? 0
    precondition(longest > 0, "TokenBatch: all sequences are empty")
    func filled(_ values: [Int], with filler: Int) -> [Int] {
      values + Array(repeating: filler, count: longest - values.count)
    }
    count = sequences.count
    length = longest
    ids = sequences.map { filled($0.ids, with: padding) }
    segments = sequences.map { filled($0.segments, with: 0) }
    lengths = sequences.map(\.ids.count)
  }

  /// `[N, T]`: 1 where there is a token, 0 where there is padding; nil where there is none.
  var mask: Tensor? {
    guard lengths.contains(where: { $0 < length }) else { return nil }
    return Tensor(
      lengths.flatMap { real in (0..<length).map { $0 < real ? 1 : 0 } }, shape: [count, length])
  }
}
