import Glibc

/// What is there, and folders to write to.
package enum FileSystem {
  /// Whether there is a file or folder at `path`.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes the folder at `path` and those above it, where they are not there.
  ///
  /// - Returns: Those that were made, outermost first.
  /// - Throws: `FileError.unwritable`; then none is left that was not there.
  @discardableResult
  package static func makeFolder(_ path: String) throws(FileError) -> [String] {
    var made: [String] = []
    do throws(FileError) {
      try make(path, &made)
    } catch {
      removeFolders(made)
      throw error
    }
    return made
  }

  /// Removes folders that `makeFolder` made, as far as they are empty.
  package static func removeFolders(_ made: [String]) {
    for folder in made.reversed() { rmdir(folder) }
  }

  private static func make(_ path: String, _ made: inout [String]) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return made.append(path) }
    if errno == ENOENT, let parent = parent(of: path) {
      try make(parent, &made)
      if mkdir(path, 0o777) == 0 { return made.append(path) }
    }
    var status = stat()
    if errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    throw .unwritable(path: path, reason: errno == EEXIST ? "it is no folder" : lastReason())
  }

  /// The path of the folder that `path` is in, where that is part of it.
  private static func parent(of path: String) -> String? {
    let parts = path.utf8.split(separator: UInt8(ascii: "/")).dropLast()
    guard !parts.isEmpty else { return nil }
    let names = parts.map { String(Substring($0)) }.joined(separator: "/")
    return path.utf8.first == UInt8(ascii: "/") ? "/" + names : names
  }
}
