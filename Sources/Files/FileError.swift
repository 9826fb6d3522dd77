/// What can go wrong with a file, whatever is in it.
public enum FileError: Error, Hashable, Sendable {
  /// The file at `path` cannot be opened or read.
  case unreadable(path: String, reason: String)
  /// The file at `path` cannot be made, written or put in its place.
  case unwritable(path: String, reason: String)
}

extension FileError {
  /// Why, in the system's words.
  package var reason: String {
    switch self {
    case .unreadable(_, let reason), .unwritable(_, let reason): reason
    }
  }
}

extension FileError: CustomStringConvertible {
  /// The file and the system's reason, in one line.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    }
  }
}
