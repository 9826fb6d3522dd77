import Glibc

/// Files that are either there whole or not at all, whenever the power goes out.
///
/// What is written goes to a temporary name in the same folder, is flushed, then takes its name in
/// one step, and the folder is flushed. A file of that name is replaced; when anything fails, it
/// stays as it was and the temporary file is removed.
public enum AtomicFile {
  /// Takes the bytes of a file in order.
  public struct Writer: ~Copyable {
    fileprivate let descriptor: FileDescriptor
    fileprivate let path: String
    private var buffer: [UInt8] = []

    fileprivate init(_ descriptor: consuming FileDescriptor, path: String) {
      self.descriptor = descriptor
      self.path = path
      buffer.reserveCapacity(Writer.capacity)
    }

    private static let capacity = 1 << 16

    /// Appends `bytes`.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
      if buffer.count + bytes.count > Writer.capacity { try flush() }
      if bytes.count >= Writer.capacity {
        guard descriptor.write(all: bytes) else {
          throw .unwritable(path: path, reason: lastReason())
        }
      } else {
        buffer.append(contentsOf: bytes)
      }
    }

    /// Appends `bytes`.
    public mutating func write(_ bytes: [UInt8]) throws(FileError) {
      try unsafeWrite(bytes)
    }

    /// Appends `text` as UTF-8.
    public mutating func write(_ text: String) throws(FileError) {
      try unsafeWrite(Array(text.utf8))
    }

    private mutating func unsafeWrite(_ bytes: [UInt8]) throws(FileError) {
      // An array's closure gives a pointer for its duration alone, so the call stays within it.
      var failure: FileError?
      bytes.withUnsafeBytes { raw in
        do throws(FileError) { try write(raw) } catch { failure = error }
      }
      if let failure { throw failure }
    }

    fileprivate mutating func flush() throws(FileError) {
      let written = buffer.withUnsafeBytes { descriptor.write(all: $0) }
      guard written else { throw .unwritable(path: path, reason: lastReason()) }
      buffer.removeAll(keepingCapacity: true)
    }

    fileprivate mutating func finish() throws(FileError) {
      try flush()
      guard descriptor.synchronize() else {
        throw .unwritable(path: path, reason: lastReason())
      }
    }
  }

  /// Writes `bytes` as the whole file at `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    do {
      try write(to: path) { (writer: inout Writer) in try writer.write(bytes) }
    } catch let error as FileError {
      throw error
    } catch {
      throw .unwritable(path: path, reason: "\(error)")
    }
  }

  /// Writes `text` in UTF-8 as the whole file at `path`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes the file at `path` piece by piece; it takes its name when `body` has returned.
  ///
  /// - Throws: `FileError`, or what `body` throws.
  public static func write(to path: String, _ body: (inout Writer) throws -> Void) throws {
    let folder = folder(of: path)
    let temporary = temporaryPath(in: folder)
    guard let descriptor = FileDescriptor(temporary, O_WRONLY | O_CREAT | O_EXCL) else {
      throw FileError.unwritable(path: path, reason: lastReason())
    }
    do {
      var writer = Writer(descriptor, path: path)
      try body(&writer)
      try writer.finish()
      guard Glibc.rename(temporary, path) == 0 else {
        throw FileError.unwritable(path: path, reason: lastReason())
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try flush(folder, for: path)
  }

  /// A new file in `folder` that has lost its name already; nil where there can be none.
  static func makeUnnamed(in folder: String) -> FileDescriptor? {
    let temporary = temporaryPath(in: folder)
    guard let descriptor = FileDescriptor(temporary, O_RDWR | O_CREAT | O_EXCL, mode: 0o600) else {
      return nil
    }
    unlink(temporary)
    return descriptor
  }

  private static func temporaryPath(in folder: String) -> String {
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(folder)/\(leftoverPrefix)\(unique)\(leftoverSuffix)"
  }

  /// Gives the file at `path` the name `target` in the same folder, in one step; what was there is
  /// replaced.
  public static func rename(_ path: String, to target: String) throws(FileError) {
    guard Glibc.rename(path, target) == 0 else {
      throw .unwritable(path: target, reason: lastReason())
    }
    try flush(folder(of: target), for: target)
  }

  /// Removes what writers that were killed have left in `folder`, where no one is writing now.
  public static func removeLeftovers(in folder: String) {
    for name in names(in: folder) ?? [] where isLeftover(name) { unlink("\(folder)/\(name)") }
  }

  /// Whether `folder` is one, and has nothing in it but what killed writers have left.
  public static func holdsLeftoversAlone(_ folder: String) -> Bool {
    names(in: folder)?.allSatisfy(isLeftover) ?? false
  }

  private static func names(in folder: String) -> [String]? {
    guard let entries = opendir(folder) else { return nil }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.filter { $0 != "." && $0 != ".." }
  }

  private static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(leftoverPrefix) && name.hasSuffix(leftoverSuffix)
  }

  private static let (leftoverPrefix, leftoverSuffix) = (".racnn-", ".tmp")

  private static func flush(_ folder: String, for path: String) throws(FileError) {
    // The file is in place by now; a folder that may be written but not read cannot be flushed.
    guard let parent = FileDescriptor(folder, O_RDONLY | O_DIRECTORY) else { return }
    guard parent.synchronize() else { throw .unwritable(path: path, reason: lastReason()) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
