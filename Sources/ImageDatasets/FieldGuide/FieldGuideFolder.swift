internal import Files
internal import Glibc

/// The few things done to folders.
enum FieldGuideFolder {
  /// Makes `path` and the folders above it, where missing.
  static func make(_ path: String) throws(FieldGuideError) {
    do throws(FileError) {
      try FileSystem.makeFolder(path)
    } catch {
      throw .unusableFolder(folder: path, reason: error.reason)
    }
  }

  /// The names in `path` but for the hidden ones; none if there is no such folder.
  static func entries(_ path: String) throws(FieldGuideError) -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw .unusableFolder(folder: path, reason: lastReason())
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// Removes a file if it is there.
  static func removeFile(_ path: String) throws(FieldGuideError) {
    if unlink(path) != 0 && errno != ENOENT {
      throw .unusableFolder(folder: path, reason: lastReason())
    }
  }
}
