/// Numbers and names at places in bytes that may be anything: outside of them, there is nothing.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  /// The order of the bytes in a number; PNG's and JPEG's is the big-endian one.
  var isBigEndian = true

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }
  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// The byte at `offset`, or nothing.
  subscript(offset: Int) -> UInt8? {
    guard offset >= 0, offset < bytes.count else { return nil }
    return bytes[bytes.startIndex + offset]
  }

  /// The unsigned number in `length` bytes (at most 4) at `offset`, or nothing.
  func integer(at offset: Int, bytes length: Int) -> Int? {
    guard offset >= 0, length <= bytes.count, offset <= bytes.count - length else { return nil }
    let start = bytes.startIndex + offset
    let digits = bytes[start..<start + length]
    return isBigEndian
      ? digits.reduce(0) { $0 << 8 | Int($1) } : digits.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Whether the ASCII characters of `name` stand at `offset`.
  func matches(_ name: StaticString, at offset: Int) -> Bool {
    name.withUTF8Buffer { name in
      guard offset >= 0, name.count <= bytes.count, offset <= bytes.count - name.count else {
        return false
      }
      let start = bytes.startIndex + offset
      return bytes[start..<start + name.count].elementsEqual(name)
    }
  }

  /// The bytes from `range`, as far as they are there.
  func slice(_ range: Range<Int>) -> ByteReader {
    let start = bytes.startIndex + min(max(range.lowerBound, 0), bytes.count)
    let end = bytes.startIndex + min(max(range.upperBound, 0), bytes.count)
    var reader = ByteReader(bytes[start..<max(start, end)])
    reader.isBigEndian = isBigEndian
    return reader
  }
}
