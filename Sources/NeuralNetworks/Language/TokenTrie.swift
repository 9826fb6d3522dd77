/// The tokens of a vocabulary by their UTF-8 bytes, for the longest that a text goes on with.
///
/// Not a dictionary of strings: Swift takes composed and decomposed letters for equal, which a
/// vocabulary tells apart.
struct TokenTrie: Sendable {
  /// The node after a byte, by the node before and the byte.
  private var edges: [UInt32: UInt32] = [:]
  /// The token that ends at each node; -1 where none does.
  private var tokens: [Int32] = [-1]
  static let root: UInt32 = 0

  /// Tokens by their place in a list; of equal ones the last counts.
  init(_ vocabulary: [String]) {
    edges.reserveCapacity(min(vocabulary.count * 4, vocabulary.reduce(0) { $0 + $1.utf8.count }))
    for (index, token) in vocabulary.enumerated() where !token.isEmpty {
      var node = Self.root
      for byte in token.utf8 {
        let key = node << 8 | UInt32(byte)
        if let next = edges[key] {
          node = next
        } else {
          node = UInt32(tokens.count)
          edges[key] = node
          tokens.append(-1)
        }
      }
      tokens[Int(node)] = Int32(index)
    }
    // An edge's key has 24 bits for its node.
    precondition(tokens.count <= 1 << 24, "TokenTrie: a vocabulary of \(tokens.count) bytes")
  }

  /// The node that bytes lead to, nil where no token starts with them.
  func node(after bytes: some Sequence<UInt8>) -> UInt32? {
    var node = Self.root
    for byte in bytes {
      guard let next = edges[node << 8 | UInt32(byte)] else { return nil }
      node = next
    }
    return node
  }

  /// The token of exactly these bytes.
  subscript(_ text: String) -> Int? {
    node(after: text.utf8).flatMap { tokens[Int($0)] < 0 ? nil : Int(tokens[Int($0)]) }
  }

  /// The longest token on the way from a node along the bytes, and how many of them it takes.
  func longest(in bytes: ArraySlice<UInt8>, from start: UInt32) -> (token: Int, count: Int)? {
    var node = start
    var best: (token: Int, count: Int)?
    for (count, byte) in bytes.enumerated() {
      guard let next = edges[node << 8 | UInt32(byte)] else { break }
      node = next
      if tokens[Int(node)] >= 0 { best = (Int(tokens[Int(node)]), count + 1) }
    }
    return best
  }
}
