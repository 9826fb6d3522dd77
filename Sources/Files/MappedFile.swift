import Glibc

/// A file whose bytes are read in when they are looked at.
///
/// The file must not be shortened while it is mapped (the system ends a process that looks past
/// the end); files written by `AtomicFile` are replaced, never shortened.
public final class MappedFile: Sendable {
  /// The file's name.
  public let path: String
  /// Bytes in the file.
  public let count: Int
  private nonisolated(unsafe) let base: UnsafeRawPointer?

  /// Maps the file at `path` for reading.
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
    self.path = path
    count = Int(information.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.raw, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw .unreadable(path: path, reason: lastReason())
    }
    base = UnsafeRawPointer(mapped)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  /// Calls `body` with all bytes, which it must not let out.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: base == nil ? 0 : count))
  }
}
