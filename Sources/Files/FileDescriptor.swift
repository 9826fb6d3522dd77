import Glibc

/// The system's words for the last failed call.
package func lastReason() -> String {
  guard let text = strerror(errno) else { return "error \(errno)" }
  return String(cString: text)
}

/// An open file that is closed when it goes out of scope.
struct FileDescriptor: ~Copyable {
  let raw: Int32

  /// Opens `path`, trying again when a signal interrupts; nil leaves the reason in `errno`.
  init?(_ path: String, _ flags: Int32, mode: mode_t = 0o666) {
    var raw: Int32
    repeat { raw = open(path, flags | O_CLOEXEC, mode) } while raw < 0 && errno == EINTR
    guard raw >= 0 else { return nil }
    self.raw = raw
  }

  deinit { close(raw) }

  /// Writes all of `bytes`; false leaves the reason in `errno`.
  borrowing func write(all bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(raw, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
    return true
  }

  /// Writes all of `bytes` from `offset` on; false leaves the reason in `errno`.
  borrowing func write(all bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(done))
      let count = pwrite(raw, rest.baseAddress, rest.count, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Bytes that this user may still write to the disk; nil where that cannot be told.
  borrowing func freeSpace() -> Int? {
    var information = statvfs()
    guard fstatvfs(raw, &information) == 0 else { return nil }
    let (blocks, size) = (Int(clamping: information.f_bavail), Int(clamping: information.f_frsize))
    let (bytes, overflows) = blocks.multipliedReportingOverflow(by: size)
    return overflows ? .max : bytes
  }

  /// Reads `count` bytes from `offset` on into `memory`: fewer where the file ends before, -1 with
  /// the reason in `errno` where it cannot be read.
  borrowing func read(
    _ count: Int, from offset: Int = 0, into memory: UnsafeMutableRawPointer
  ) -> Int {
    var done = 0
    while done < count {
      let read = pread(raw, memory + done, count - done, off_t(offset + done))
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { return -1 }
      if read == 0 { break }
      done += read
    }
    return done
  }

  /// Flushes what was written to the disk; false leaves the reason in `errno`.
  borrowing func synchronize() -> Bool {
    // Some file systems (and folders on them) cannot flush: that is no failure of the write.
    fsync(raw) == 0 || errno == EINVAL || errno == ENOTSUP
  }
}
