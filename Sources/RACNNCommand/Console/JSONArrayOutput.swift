import RACNN

/// A JSON array on standard output, element by element as they come.
struct JSONArrayOutput {
  private var isEmpty = true

  /// Writes `value`, and the comma that it needs.
  mutating func append(_ value: some Encodable) throws {
    try Console.line((isEmpty ? "[" : ",") + JSON.text(value, indented: true))
    isEmpty = false
  }

  /// Writes the array's end.
  func end() throws { try Console.line(isEmpty ? "[]" : "]") }
}
