/// Numbers and texts at given places of untrusted bytes; nil for what lies outside.
struct LittleEndianReader {
  private let bytes: UnsafeRawBufferPointer

  /// Reads from `bytes`, which must outlive the reader.
  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  private func number<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number? {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  func uint8(_ offset: Int) -> UInt8? { number(offset) }
  func uint16(_ offset: Int) -> UInt16? { number(offset) }
  func uint32(_ offset: Int) -> UInt32? { number(offset) }
  func uint64(_ offset: Int) -> UInt64? { number(offset) }
  func int32(_ offset: Int) -> Int32? { number(offset) }

  /// A 64-bit number that is a place in the bytes.
  func offset(_ offset: Int) -> Int? {
    guard let value = uint64(offset), value < UInt64(bytes.count) else { return nil }
    return Int(value)
  }

  /// `size` bytes from `start` on.
  func range(_ start: UInt64, _ size: UInt64) -> Range<Int>? {
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow, end <= UInt64(bytes.count) else { return nil }
    return Int(start)..<Int(end)
  }

  /// The UTF-8 text in `range`.
  func text(_ range: Range<Int>) -> String? {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
    return String(validating: bytes[range], as: UTF8.self)
  }

  /// All bytes of `range`.
  func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer? {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[range])
  }
}
