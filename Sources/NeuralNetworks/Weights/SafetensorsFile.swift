internal import Files

/// A file of named arrays in the safetensors format, as huggingface's library writes it.
///
/// The header is checked whole when the file is opened: sizes must fit the shapes, and the arrays
/// must fill the file without gap or overlap. Values are converted when they are asked for.
public struct SafetensorsFile: WeightSource, Sendable {
  /// The file's name.
  public let path: String
  /// The header's free text by key.
  public let metadata: [String: String]
  /// The arrays' names, sorted by their UTF-8 bytes.
  public let names: [String]
  let entries: [String: SafetensorsHeader.Entry]
  let file: FileBytes
  private let dataStart: Int

  /// Opens the file at `path` and checks its header.
  public init(contentsOf path: String) throws(WeightsError) {
    let file: FileBytes
    do { file = try FileBytes(path) } catch { throw .file(error) }
    try self.init(file)
  }

  init(_ file: FileBytes) throws(WeightsError) {
    let header = try file.withBytes { bytes throws(WeightsError) in
      do throws(SafetensorsHeader.Problem) {
        return try SafetensorsHeader(bytes)
      } catch {
        throw .malformed(path: file.path, place: error.place, problem: error.text)
      }
    }
    self.file = file
    path = file.path
    metadata = header.metadata
    entries = header.entries
    names = header.entries.keys.sortedByBytes()
    dataStart = header.dataStart
  }

  /// The array called `name`, copied from the file.
  public func array(_ name: String) throws(WeightsError) -> WeightArray {
    let elements = try elements(name)
    guard let values = file.withBytes({ elements.floats(in: $0) }) else {
      throw .unsupported(
        path: path, place: "array \(name.inMessage)",
        problem: "elements of type \(elements.type.rawValue) cannot be converted",
        cure: "store it as F32")
    }
    return WeightArray(shape: elements.shape, values: values)
  }

  /// The list of strings that is written as JSON under `key` in the metadata; nil without that key.
  public func strings(_ key: String) throws(WeightsError) -> [String]? {
    guard let text = metadata[key] else { return nil }
    let list = Array(text.utf8).withUnsafeBytes { bytes in
      Result { () throws(JSONScanner.Problem) in
        var scanner = JSONScanner(bytes)
        let strings = try scanner.strings()
        try scanner.expectEnd()
        return strings
      }
    }
    do {
      return try list.get()
    } catch {
      throw .malformed(
        path: path, place: "metadata \(key.inMessage), byte \(error.offset)",
        problem: error.text)
    }
  }

  /// The metadata key of the SHA-256 of the header's text, with zeros for the digits of this one.
  public static let headerChecksumKey = "header_sha256"
  /// The metadata key of the SHA-256 of all values, which `write` stores.
  public static let checksumKey = "data_sha256"

  /// Compares header and values with their SHA-256 in the metadata, where they were written.
  ///
  /// It reads the whole file: call it where a damaged file would cost more than that takes.
  ///
  /// - Parameter isRequired: Whether a file without them is taken for damaged.
  /// - Throws: `WeightsError.corrupt` when they differ.
  public func verifyChecksum(isRequired: Bool = false) throws(WeightsError) {
    for key in [Self.headerChecksumKey, Self.checksumKey] where isRequired && metadata[key] == nil {
      throw .malformed(path: path, place: "metadata", problem: "there is no \(key)")
    }
    if let expected = metadata[Self.headerChecksumKey] {
      let found = file.withBytes { Self.headerChecksum(Array($0[8..<dataStart]), expected) }
      guard found == expected else { throw .corrupt(path: path, expected: expected, found: found) }
    }
    guard let expected = metadata[Self.checksumKey] else { return }
    let found = file.withBytes {
      SHA256.hex(of: UnsafeRawBufferPointer(rebasing: $0.dropFirst(dataStart)))
    }
    guard found == expected else { throw .corrupt(path: path, expected: expected, found: found) }
  }

  /// The SHA-256 of a header's `text` in which the checksum `digits` stands for itself.
  static func headerChecksum(_ text: [UInt8], _ digits: String) -> String {
    var text = text
    let member = Array("\"\(headerChecksumKey)\":\"\(digits)\"".utf8)
    // Quotes within JSON strings are escaped, so the member itself is all that reads so.
    if let place = text.firstRange(of: member) {
      let start = place.upperBound - 1 - digits.utf8.count
      text.replaceSubrange(start..<place.upperBound - 1, with: noDigits.utf8)
    }
    return SHA256.hex(of: text)
  }

  /// What stands for the header's checksum while it is computed.
  static let noDigits = String(repeating: "0", count: 64)
}

extension SafetensorsFile: StoredElements {
  func elements(_ name: String) throws(WeightsError) -> ElementView {
    guard let entry = entries[name] else { throw .missing(path: path, name: name) }
    return ElementView(
      type: entry.type, shape: entry.shape,
      bytes: dataStart + entry.bytes.lowerBound..<dataStart + entry.bytes.upperBound)
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    file.withBytes(body)
  }
}
