import Files

/// A list whose lines are a number, blanks, and a value, as in `images.txt` of CUB-200-2011.
struct NumberedList {
  struct Row {
    let line: Int
    let id: Int
    let value: String

    var fields: [Substring] { value.split { $0 == " " || $0 == "\t" } }
  }

  let file: String
  let rows: [Row]

  /// Reads `file`; blank lines are passed over.
  init(_ file: String) throws(DatasetError) {
    let text: String
    do throws(FileError) {
      text = try FileReader.text(file, limit: 1 << 28)
    } catch {
      switch error {
      case .unreadable(_, let reason), .unwritable(_, let reason):
        throw .unreadable(path: file, reason: reason)
      }
    }
    var rows: [Row] = []
    var lines: [Int: Int] = [:]
    // A line end of Windows ("\r\n") is one Character, so lines are cut by bytes.
    let byteLines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in byteLines.enumerated() {
      let line = Substring(bytes).trimmed()
      guard !line.isEmpty else { continue }
      let parts = line.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
      guard parts.count == 2, let id = Int(parts[0]), id >= 0 else {
        throw .malformedLine(
          file: file, line: index + 1, reason: "write a number, a blank and a value")
      }
      if let other = lines.updateValue(index + 1, forKey: id) {
        throw .malformedLine(
          file: file, line: index + 1,
          reason: "number \(id) is in line \(other) already: remove one of the two")
      }
      rows.append(Row(line: index + 1, id: id, value: String(parts[1].trimmed())))
    }
    self.file = file
    self.rows = rows
  }

  /// The error that `row` cannot be taken.
  func malformed(_ row: Row, _ reason: String) -> DatasetError {
    .malformedLine(file: file, line: row.line, reason: reason)
  }
}

extension Substring {
  /// Without blanks, line ends and a byte order mark around it.
  fileprivate func trimmed() -> Substring {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\u{feff}"
    }
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !isBlank($0) }),
      let last = scalars.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return Substring(scalars[first...last])
  }
}
