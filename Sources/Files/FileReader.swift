import Glibc

/// Whole files, read at once.
public enum FileReader {
  /// The bytes of the file at `path`.
  ///
  /// - Parameter limit: how many bytes are taken at most; a larger file is an error.
  public static func bytes(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
    guard let descriptor = FileDescriptor(path, O_RDONLY) else {
      throw .unreadable(path: path, reason: lastReason())
    }
    var information = stat()
    guard fstat(descriptor.raw, &information) == 0 else {
      throw .unreadable(path: path, reason: lastReason())
    }
    guard information.st_size <= limit else { throw tooLarge(path, limit) }
    // The size is a hint: pipes and the kernel's own files have none.
    var bytes: [UInt8] = []
    var wanted = max(Int(information.st_size) + 1, 1 << 12)
    while true {
      let (start, length) = (bytes.count, wanted)
      guard canAllocate(length + start) else {
        throw .unreadable(path: path, reason: "there is no memory for its \(start + length) bytes")
      }
      var count = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: length) { buffer, filled in
        repeat {
          count = read(descriptor.raw, buffer.baseAddress, length)
        } while count < 0 && errno == EINTR
        filled = max(count, 0)
      }
      guard count >= 0 else { throw .unreadable(path: path, reason: lastReason()) }
      if count == 0 { return bytes }
      if start == 0 { bytes = chunk } else { bytes += chunk }
      guard bytes.count <= limit else { throw tooLarge(path, limit) }
      wanted = count < length ? 1 << 12 : max(length, 1 << 16)
    }
  }

  /// The UTF-8 text of the file at `path`.
  public static func text(_ path: String, limit: Int = .max) throws(FileError) -> String {
    guard let text = String(validating: try bytes(path, limit: limit), as: UTF8.self) else {
      throw .unreadable(path: path, reason: "it is not UTF-8 text")
    }
    return text
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> FileError {
    .unreadable(path: path, reason: "it has more than the \(limit) bytes that are taken here")
  }
}
