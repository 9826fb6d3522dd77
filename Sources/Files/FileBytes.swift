import Glibc

/// The bytes of a file, all read when it is opened.
///
/// Not mapped: where another program shortens a mapped file, the system ends whoever looks past its
/// new end; and what was compared with a checksum could be other bytes by the time they are used.
public final class FileBytes: Sendable {
  /// The file's name.
  public let path: String
  /// Bytes in the file.
  public let count: Int
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?

  /// Reads the file at `path`.
  public init(_ path: String) throws(FileError) {
    guard let descriptor = FileDescriptor(path, O_RDONLY) else {
      throw .unreadable(path: path, reason: lastReason())
    }
    var information = stat()
    guard fstat(descriptor.raw, &information) == 0 else {
      throw .unreadable(path: path, reason: lastReason())
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a file")
    }
    let size = Int(information.st_size)
    self.path = path
    count = size
    guard size > 0 else {
      base = nil
      return
    }
    guard let memory = malloc(size) else {
      throw .unreadable(path: path, reason: "there is no memory for its \(size) bytes")
    }
    let read = descriptor.read(size, into: memory)
    guard read == size else {
      let reason = read < 0 ? lastReason() : "it became shorter while it was read"
      free(memory)
      throw .unreadable(path: path, reason: reason)
    }
    base = memory
  }

  deinit { free(base) }

  /// Calls `body` with all bytes, which it must not let out.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : count))
  }
}
