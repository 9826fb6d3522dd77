import Glibc
import Synchronization

/// Room on a disk without a name: it is given back when this goes, and when the program ends, however
/// that comes. Any thread may use it.
public final class ScratchFile: Sendable {
  private let descriptor: FileDescriptor
  private let limit: Int
  /// Bytes of the disk that are left to others.
  private let reserve: Int
  private let end = Mutex(0)

  /// Makes an empty one; nil where `folder` takes no file.
  ///
  /// - Parameters:
  ///   - folder: On the disk to be used.
  ///   - limit: How many bytes are taken at most; half of what is free now is left in any case.
  public init?(in folder: String, limit: Int) {
    guard let descriptor = AtomicFile.makeUnnamed(in: folder) else { return nil }
    self.descriptor = descriptor
    self.limit = limit
    reserve = (self.descriptor.freeSpace() ?? 0) / 2
  }

  /// How many bytes are taken.
  public var count: Int { end.withLock { $0 } }

  /// Keeps `bytes`.
  ///
  /// - Returns: The place to read them from; nil where there is no room.
  public func append(_ bytes: [UInt8]) -> Int? {
    guard let free = descriptor.freeSpace(), free - bytes.count >= reserve else { return nil }
    let place = end.withLock { end -> Int? in
      guard bytes.count <= limit - end else { return nil }
      defer { end += bytes.count }
      return end
    }
    guard let place, bytes.withUnsafeBytes({ descriptor.write(all: $0, at: place) }) else {
      return nil
    }
    return place
  }

  /// The `count` bytes from `place` on, as `append` took them; nil where they cannot be read.
  public func bytes(_ count: Int, at place: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = buffer.baseAddress.map { max(0, descriptor.read(count, from: place, into: $0)) } ?? 0
    }
    return bytes.count == count ? bytes : nil
  }
}
