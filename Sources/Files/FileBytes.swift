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
    // Pages of 2 MB, where they fit: fewer faults, and fewer misses of the translation cache where
    // weights are used as they lie here.
    if let pages = Self.wholePages(of: memory, size) {
      madvise(pages.baseAddress, pages.count, MADV_HUGEPAGE)
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
    // Others hold neighbours.
    guard let pages = Self.wholePages(of: base + range.lowerBound, range.count) else { return }
    madvise(pages.baseAddress, pages.count, MADV_DONTNEED)
  }

  /// The pages that lie wholly in some memory.
  private static func wholePages(
    of memory: UnsafeMutableRawPointer, _ count: Int
  ) -> UnsafeMutableRawBufferPointer? {
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let start = (UInt(bitPattern: memory) + page - 1) / page * page
    let end = (UInt(bitPattern: memory) + UInt(count)) / page * page
    guard start < end else { return nil }
    return UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(bitPattern: start), count: Int(end - start))
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
