/// Strings of JSON, read and written.
enum JSONText {
  /// `text` as a JSON string, with its quotes.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// `strings` as a JSON array.
  static func array(_ strings: [String]) -> String {
    "[" + strings.map { quoted($0) }.joined(separator: ",") + "]"
  }
}

extension JSONScanner {
  /// Takes a string.
  mutating func string() throws(Problem) -> String {
    guard takes("\"") else { throw problem("a string is missing") }
    let start = offset
    var end = start
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""),
      bytes[end] != UInt8(ascii: "\\")
    { end += 1 }
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      offset = end + 1
      return try text(bytes[start..<end])
    }
    return try stringWithEscapes()
  }

  private func text(_ utf8: some Sequence<UInt8>) throws(Problem) -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else {
      throw problem("a string is not UTF-8")
    }
    return text
  }

  private mutating func stringWithEscapes() throws(Problem) -> String {
    var result: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(result)
      case UInt8(ascii: "\\"): result += Array(String(try escapedScalar()).utf8)
      case ..<0x20: throw problem("a string holds a control character")
      default: result.append(byte)
      }
    }
    throw problem("a string does not end")
  }

  /// Takes what follows a backslash.
  private mutating func escapedScalar() throws(Problem) -> Unicode.Scalar {
    guard offset < bytes.count else { throw problem("a string does not end") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"): break
    default: throw problem("a string holds an unknown escape")
    }
    var value = try fourDigits()
    if value & 0xfc00 == 0xd800, bytes.count - offset >= 2, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    {
      offset += 2
      let low = try fourDigits()
      guard low & 0xfc00 == 0xdc00 else { throw problem("a string holds half a surrogate pair") }
      value = 0x10000 + (value & 0x3ff) << 10 + low & 0x3ff
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw problem("a string holds half a surrogate pair")
    }
    return scalar
  }

  private mutating func fourDigits() throws(Problem) -> UInt32 {
    guard bytes.count - offset >= 4 else { throw problem("a string does not end") }
    var value: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard
        let digit = Unicode.Scalar(byte).properties.isASCIIHexDigit
          ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
      else { throw problem("a string holds an unknown escape") }
      value = value << 4 | UInt32(digit)
    }
    offset += 4
    return value
  }
}
