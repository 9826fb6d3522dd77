/// The entries of a zip file whose contents lie in it uncompressed, as PyTorch writes them.
struct ZipArchive {
  struct Problem: Error {
    var place: String
    var text: String
    /// What helps, when the file itself is sound.
    var cure: String?
  }

  /// The bytes of each entry's contents by the entry's name.
  private(set) var entries: [String: Range<Int>] = [:]
  /// The name of the entry that is listed first.
  private(set) var firstName: String?

  /// Reads the directory of `file`, all of a file's bytes.
  init(_ file: UnsafeRawBufferPointer) throws(Problem) {
    let reader = LittleEndianReader(file)
    let directory = try Self.directory(reader)
    var place = directory.bytes.lowerBound
    for _ in 0..<directory.count {
      // At least 46 bytes each, so that a false count ends at the directory's end.
      let entry = try Entry(reader, at: place, within: directory.bytes)
      place = entry.end
      if entry.name.hasSuffix("/") { continue }
      let contents = try Self.contents(of: entry, reader, before: directory.bytes.lowerBound)
      guard entries.updateValue(contents, forKey: entry.name) == nil else {
        throw Problem(
          place: "zip directory", text: "the entry \(entry.name.inMessage) comes twice")
      }
      if firstName == nil { firstName = entry.name }
    }
  }

  /// Where the directory lies, and how many entries it has.
  private static func directory(
    _ reader: LittleEndianReader
  ) throws(Problem) -> (bytes: Range<Int>, count: Int) {
    let missing = Problem(place: "end of file", text: "the zip directory's end is missing")
    // It may be followed by a comment of 65,535 bytes at most.
    let last = reader.count - 22
    guard last >= 0,
      let end = (max(0, last - 65_535)...last).reversed().first(where: {
        reader.uint32($0) == 0x0605_4b50
          && reader.uint16($0 + 20).map { length in Int(length) } == reader.count - $0 - 22
      })
    else { throw missing }
    var count = reader.uint16(end + 10).map { UInt64($0) }
    var size = reader.uint32(end + 12).map { UInt64($0) }
    var start = reader.uint32(end + 16).map { UInt64($0) }
    // Zip64 puts larger numbers into a record of its own, which a locator before the end points to.
    if reader.uint32(end - 20) == 0x0706_4b50, let place = reader.offset(end - 12) {
      guard reader.uint32(place) == 0x0606_4b50 else { throw missing }
      count = reader.uint64(place + 32)
      size = reader.uint64(place + 40)
      start = reader.uint64(place + 48)
    }
    guard let count, let size, let start, let bytes = reader.range(start, size),
      bytes.upperBound <= end, count <= size / 46
    else {
      throw Problem(place: "zip directory", text: "it lies outside the file")
    }
    return (bytes, Int(count))
  }

  /// Where an entry's contents lie, which a header before them tells.
  private static func contents(
    of entry: Entry, _ reader: LittleEndianReader, before directory: Int
  ) throws(Problem) -> Range<Int> {
    let place = "zip entry \(entry.name.inMessage)"
    guard let header = reader.range(entry.header, 30)?.lowerBound,
      reader.uint32(header) == 0x0403_4b50,
      let name = reader.uint16(header + 26), let extra = reader.uint16(header + 28)
    else { throw Problem(place: place, text: "its header is missing") }
    let start = UInt64(header) + 30 + UInt64(name) + UInt64(extra)
    guard let bytes = reader.range(start, entry.size), bytes.upperBound <= directory else {
      throw Problem(place: place, text: "its \(entry.size) bytes lie outside the file")
    }
    return bytes
  }

  /// One entry of the directory.
  private struct Entry {
    var name: String
    var size: UInt64
    var packedSize: UInt64
    var header: UInt64
    var end: Int

    init(_ reader: LittleEndianReader, at place: Int, within bytes: Range<Int>) throws(Problem) {
      let broken = Problem(place: "zip directory, byte \(place)", text: "an entry is broken")
      guard place + 46 <= bytes.upperBound, reader.uint32(place) == 0x0201_4b50,
        let flags = reader.uint16(place + 8), let method = reader.uint16(place + 10),
        let packed = reader.uint32(place + 20), let size = reader.uint32(place + 24),
        let nameLength = reader.uint16(place + 28), let extraLength = reader.uint16(place + 30),
        let commentLength = reader.uint16(place + 32), let header = reader.uint32(place + 42)
      else { throw broken }
      let nameEnd = place + 46 + Int(nameLength)
      let extraEnd = nameEnd + Int(extraLength)
      end = extraEnd + Int(commentLength)
      guard end <= bytes.upperBound, let name = reader.text(place + 46..<nameEnd) else {
        throw broken
      }
      self.name = name
      self.size = UInt64(size)
      self.header = UInt64(header)
      packedSize = UInt64(packed)
      // Zip64 keeps those numbers that do not fit, in this order, in extra field 1.
      var wide = Self.wideNumbers(reader, nameEnd..<extraEnd).makeIterator()
      for (number, path) in [(size, \Self.size), (packed, \.packedSize), (header, \.header)]
      where number == .max {
        guard let value = wide.next() else { throw broken }
        self[keyPath: path] = value
      }
      guard flags & 1 == 0, method == 0, packedSize == self.size
      else {
        throw Problem(
          place: "zip entry \(name.inMessage)", text: "it is compressed or encrypted",
          cure: "unpack it and pack it uncompressed, or save it again with torch.save")
      }
    }

    private static func wideNumbers(
      _ reader: LittleEndianReader, _ bytes: Range<Int>
    ) -> [UInt64] {
      var place = bytes.lowerBound
      while place + 4 <= bytes.upperBound, let id = reader.uint16(place),
        let length = reader.uint16(place + 2)
      {
        let end = place + 4 + Int(length)
        guard end <= bytes.upperBound else { break }
        if id == 1 {
          return stride(from: place + 4, through: end - 8, by: 8).compactMap { reader.uint64($0) }
        }
        place = end
      }
      return []
    }
  }
}
