/// A text as the numbers of its tokens.
public struct TokenSequence: Hashable, Sendable {
  /// The tokens' places in the vocabulary.
  public var ids: [Int]
  /// Which text each is of: 0, or 1 for the second of a pair; as many as `ids`.
  public var segments: [Int]

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
  /// `N * T` numbers of tokens, a sequence after the other.
  public let ids: [Int]
  /// `N * T` numbers that say which text of a pair a token is of.
  public let segments: [Int]
  /// The length of each sequence before it was filled up; the padding is what follows.
  public let lengths: [Int]

  /// Fills sequences up to the longest with the token `padding`. None at all traps.
  public init(_ sequences: [TokenSequence], padding: Int = 0) {
    precondition(!sequences.isEmpty, "TokenBatch: no sequences")
    let longest = sequences.map(\.ids.count).max() ?? 0
    func filled(_ part: (TokenSequence) -> [Int], with filler: Int) -> [Int] {
      sequences.flatMap { sequence in
        let values = part(sequence)
        return values + Array(repeating: filler, count: longest - values.count)
      }
    }
    count = sequences.count
    length = longest
    ids = filled(\.ids, with: padding)
    segments = filled(\.segments, with: 0)
    lengths = sequences.map(\.ids.count)
  }
}
