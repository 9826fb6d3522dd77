/// The checked header of a safetensors file: an 8-byte length, JSON of that length, then the values.
struct SafetensorsHeader {
  struct Entry {
    var type: ElementType
    var shape: [Int]
    /// Counted from the end of the header.
    var bytes: Range<Int>
  }

  struct Problem: Error {
    var place: String
    var text: String
  }

  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [String: Entry] = [:]
  let dataStart: Int

  /// Longer headers are refused, as by huggingface's library.
  static let lengthLimit = 100_000_000

  /// Reads the header of `file`, all of a file's bytes.
  init(_ file: UnsafeRawBufferPointer) throws(Problem) {
    guard file.count >= 8 else {
      throw Problem(place: "header", text: "there are \(file.count) bytes, fewer than the 8 needed")
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= Self.lengthLimit else {
      throw Problem(place: "header", text: "a length of \(length) is over \(Self.lengthLimit)")
    }
    dataStart = 8 + Int(length)
    guard dataStart <= file.count else {
      throw Problem(
        place: "header", text: "it has \(length) bytes, but only \(file.count - 8) follow")
    }
    let text = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
    do throws(JSONScanner.Problem) {
      try read(text)
    } catch {
      throw Problem(place: "header, byte \(8 + error.offset)", text: error.text)
    }
    try checkLayout(dataCount: file.count - dataStart)
  }

  private mutating func read(_ text: UnsafeRawBufferPointer) throws(JSONScanner.Problem) {
    var scanner = JSONScanner(text)
    var metadata: [String: String]?
    var entries: [String: Entry] = [:]
    try scanner.object { scanner, key throws(JSONScanner.Problem) in
      if key == "__metadata__" {
        guard metadata == nil else { throw scanner.problem("__metadata__ comes twice") }
        metadata = try Self.metadata(&scanner)
      } else {
        let entry = try Self.entry(&scanner, key)
        guard entries.updateValue(entry, forKey: key) == nil else {
          throw scanner.problem("the name \(key.inMessage) comes twice")
        }
      }
    }
    try scanner.expectEnd()
    (self.metadata, self.entries) = (metadata ?? [:], entries)
  }

  private static func metadata(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Problem) -> [String: String] {
    var result: [String: String] = [:]
    if try scanner.takesNull() { return result }
    try scanner.object { scanner, key throws(JSONScanner.Problem) in
      // Of texts of the same key the last one counts, as in huggingface's library.
      result[key] = try scanner.string()
    }
    return result
  }

  private static func entry(
    _ scanner: inout JSONScanner, _ name: String
  ) throws(JSONScanner.Problem) -> Entry {
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    func sizes(_ scanner: inout JSONScanner) throws(JSONScanner.Problem) -> [Int] {
      var result: [Int] = []
      try scanner.array { element throws(JSONScanner.Problem) in
        result.append(try element.size())
      }
      return result
    }
    try scanner.object { scanner, key throws(JSONScanner.Problem) in
      let isRepeated: Bool
      switch key {
      case "dtype":
        let text = try scanner.string()
        isRepeated = type != nil
        type = ElementType(rawValue: text)
        guard type != nil, type != .complex128 else {
          throw scanner.problem("the element type \(text.inMessage) is unknown")
        }
      case "shape":
        isRepeated = shape != nil
        shape = try sizes(&scanner)
      case "data_offsets":
        isRepeated = offsets != nil
        offsets = try sizes(&scanner)
      default:
        isRepeated = false
        try scanner.skipValue()
      }
      guard !isRepeated else { throw scanner.problem("\(key.inMessage) comes twice") }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw scanner.problem(
        "\(name.inMessage) needs a dtype, a shape and two data_offsets")
    }
    guard let count = ElementCount.of(shape), let bytes = type.byteCount(count) else {
      throw scanner.problem("\(name.inMessage) has a shape that is too large: \(shape.prefix(8))")
    }
    guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == bytes else {
      throw scanner.problem(
        "\(name.inMessage) needs \(bytes) bytes, but its data_offsets are \(offsets.prefix(8))")
    }
    return Entry(type: type, shape: shape, bytes: offsets[0]..<offsets[1])
  }

  /// The arrays must fill the rest of the file in some order, each once.
  private func checkLayout(dataCount: Int) throws(Problem) {
    let sorted = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound)
    }
    var end = 0
    for (name, entry) in sorted {
      guard entry.bytes.lowerBound == end else {
        throw Problem(
          place: "array \(name.inMessage)",
          text: "its values begin at \(entry.bytes.lowerBound) instead of \(end)")
      }
      end = entry.bytes.upperBound
    }
    guard end == dataCount else {
      throw Problem(place: "values", text: "\(end) bytes are declared, \(dataCount) are there")
    }
  }
}
