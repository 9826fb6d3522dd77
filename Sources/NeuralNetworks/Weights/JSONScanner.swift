/// Reads JSON (RFC 8259) from front to back, keeping to the letter of it.
///
/// Foundation's decoder takes a second value for the same key, which the safetensors format
/// forbids, and reads everything into a tree before a wrong size is seen.
struct JSONScanner {
  /// What is wrong, and after how many bytes.
  struct Problem: Error {
    let offset: Int
    let text: String
  }

  let bytes: UnsafeRawBufferPointer
  var offset = 0
  /// As deep as values that are skipped may nest: serde_json takes 127 levels, and an array's
  /// description is in the third.
  private static let depthLimit = 125

  /// Starts at the first of `bytes`, which must outlive the scanner.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func problem(_ text: String) -> Problem { Problem(offset: offset, text: text) }

  /// Skips white space; the next byte, or nil at the end.
  private mutating func peek() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  /// Takes `character` if it comes next.
  mutating func takes(_ character: Unicode.Scalar) -> Bool {
    guard let byte = peek(), UInt32(byte) == character.value else { return false }
    offset += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Problem) {
    guard takes(character) else { throw problem("\"\(character)\" is missing") }
  }

  /// Takes nothing but white space until the end.
  mutating func expectEnd() throws(Problem) {
    guard peek() == nil else { throw problem("there is more after the end of the JSON text") }
  }

  /// Takes an object, and calls `member` with each key where its value begins.
  mutating func object(
    _ member: (inout JSONScanner, String) throws(Problem) -> Void
  ) throws(Problem) {
    try expect("{")
    if takes("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try member(&self, key)
    } while takes(",")
    try expect("}")
  }

  /// Takes an array, and calls `element` where each element begins.
  mutating func array(_ element: (inout JSONScanner) throws(Problem) -> Void) throws(Problem) {
    try expect("[")
    if takes("]") { return }
    repeat { try element(&self) } while takes(",")
    try expect("]")
  }

  /// Takes an array of strings.
  mutating func strings() throws(Problem) -> [String] {
    var result: [String] = []
    try array { scanner throws(Problem) in result.append(try scanner.string()) }
    return result
  }

  /// Takes a number that is written as digits alone.
  mutating func size() throws(Problem) -> Int {
    guard let first = peek(), (0x30...0x39).contains(first) else {
      throw problem("a whole number that is not negative is missing")
    }
    let start = offset
    var value = 0
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(bytes[offset] - 0x30))
      guard !overflow, !carry else { throw problem("a number is too large") }
      value = sum
      offset += 1
    }
    guard first != 0x30 || offset - start == 1 else { throw problem("a number begins with 0") }
    if offset < bytes.count, [0x2e, 0x45, 0x65].contains(bytes[offset]) {
      throw problem("a number is not whole")
    }
    return value
  }

  /// Takes any value and forgets it.
  mutating func skipValue(depth: Int = 0) throws(Problem) {
    guard depth < Self.depthLimit else { throw problem("values nest too deeply") }
    switch peek() {
    case UInt8(ascii: "{"):
      try object { scanner, _ throws(Problem) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { scanner throws(Problem) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    case nil: throw problem("a value is missing")
    default: try skipNumber()
    }
  }

  /// Takes `word` if it comes next.
  mutating func word(_ word: StaticString) throws(Problem) {
    _ = peek()
    let length = word.utf8CodeUnitCount
    guard bytes.count - offset >= length,
      (0..<length).allSatisfy({ bytes[offset + $0] == word.utf8Start[$0] })
    else { throw problem("a value is missing") }
    offset += length
  }

  /// Whether `null` comes next, which is taken.
  mutating func takesNull() throws(Problem) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try word("null")
    return true
  }

  private mutating func skipNumber() throws(Problem) {
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    let start = offset
    let whole = try skipDigits()
    guard whole == 1 || bytes[start] != 0x30 else { throw problem("a number begins with 0") }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      _ = try skipDigits()
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, bytes[offset] == 0x2b || bytes[offset] == 0x2d { offset += 1 }
      _ = try skipDigits()
    }
  }

  private mutating func skipDigits() throws(Problem) -> Int {
    let start = offset
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    guard offset > start else { throw problem("a value is missing") }
    return offset - start
  }
}
