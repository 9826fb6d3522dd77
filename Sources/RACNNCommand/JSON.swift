import FoundationEssentials

/// Results for programs.
enum JSON {
  /// `value` as text, indented, its keys in alphabetical order.
  static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A JSON array on standard output, element by element as they come.
struct JSONArrayOutput {
  private var isEmpty = true

  /// Writes `value`, and the comma that it needs.
  mutating func append(_ value: some Encodable) throws {
    try Console.line((isEmpty ? "[" : ",") + JSON.text(value))
    isEmpty = false
  }

  /// Writes the array's end.
  func end() throws { try Console.line(isEmpty ? "[]" : "]") }
}
