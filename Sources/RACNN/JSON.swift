internal import FoundationEssentials

/// JSON texts of our own types; keys are sorted, so that equal values give equal texts.
package enum JSON {
  /// `value` as a text: on one line, or indented for people.
  package static func text(_ value: some Encodable, indented: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      indented
      ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The value that `text` describes.
  package static func value<Value: Decodable>(_ type: Value.Type, from text: some StringProtocol)
    throws
    -> Value
  {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
