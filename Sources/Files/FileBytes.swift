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
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private let descriptor: FileDescriptor

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
    guard let memory = malloc(max(1, size)) else {
      throw .unreadable(path: path, reason: "there is no memory for its \(size) bytes")
    }
    let read = descriptor.read(size, into: memory)
    guard read == size else {
      let reason = read < 0 ? lastReason() : "it became shorter while it was read"
      free(memory)
      throw .unreadable(path: path, reason: reason)
    }
    self.path = path
    self.descriptor = descriptor
    count = size
    base = memory
  }

  deinit { free(base) }

  /// Gives the memory of a range of bytes back to the system; until `readAgain` they are undefined.
  public func giveUp(_ range: Range<Int>) {
    // Whole pages, for others hold neighbours.
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let start = (UInt(bitPattern: base + range.lowerBound) + page - 1) / page * page
    let end = UInt(bitPattern: base + range.upperBound) / page * page
    guard start < end else { return }
    madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
  }

  /// Reads bytes that were given up; false where the file is as long no more, or cannot be read.
  public func readAgain(_ range: Range<Int>) -> Bool {
    descriptor.read(range.count, from: range.lowerBound, into: base + range.lowerBound)
      == range.count
  }

  /// Calls `body` with all bytes, which it must not let out.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: count))
  }
}
