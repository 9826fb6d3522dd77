import Files
import Glibc
import Images

/// What the command says, and to whom: results on standard output, the rest on standard error.
enum Console {
  /// Writes `text` and a line feed to standard output at once, so that a reader of a pipe sees it.
  ///
  /// - Throws: `FileError.unwritable` where the output takes no more (a full disk).
  static func line(_ text: String) throws(FileError) {
    guard write(text + "\n", to: STDOUT_FILENO) else {
      throw .unwritable(path: "standard output", reason: lastReason())
    }
  }

  /// Writes a remark to standard error.
  static func note(_ text: String) {
    _ = write(text + "\n", to: STDERR_FILENO)
  }

  /// Writes what went wrong to standard error, in one line.
  static func error(_ text: String) {
    note("racnn: " + inOneLine(text))
  }

  /// Says on standard error what is odd about a photo that was decoded nevertheless.
  static func warn(of photo: Photo, _ path: String) {
    guard photo.lacksEnd else { return }
    error("warning: \(path): \(Photo.lacksEndText)")
  }

  /// Writes all of `text`; false if that fails, with the reason in `errno`.
  static func write(_ text: String, to descriptor: Int32) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// `text` with its control characters (tabs, line feeds, escapes) and other ends of lines replaced
  /// by spaces.
  static func inOneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map {
          switch $0.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: " "
          default: $0
          }
        }))
  }
}
