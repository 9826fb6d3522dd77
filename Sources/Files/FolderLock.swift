import Glibc

/// A folder that one program at a time has to itself, until this goes out of scope or the program
/// ends, in whatever way.
///
/// It keeps out those who ask for it, nobody else; it leaves no file behind.
public final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Takes the folder at `path`; nil when another has it.
  ///
  /// - Throws: `FileError.unreadable` when there is no such folder.
  public init?(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: lastReason()) }
    // A file system without locks must not keep anyone from working.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
