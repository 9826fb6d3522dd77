import Files
import Glibc
import Images

/// What a folder holds, in the order of the names' bytes.
struct Folder {
  /// A file or folder; links are followed.
  struct Entry {
    let name: String
    let isFolder: Bool
    let file: FileStatus

    /// Whether the name ends as that of a photo, and it is no pipe or the like, for which one would wait.
    var isPhoto: Bool {
      !isFolder && !file.isSpecial && ["jpg", "jpeg", "png"].contains(ending)
    }

    /// What stands after the name's last point, in small letters.
    var ending: String {
      guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return "" }
      return name[name.index(after: dot)...].lowercased()
    }
  }

  let entries: [Entry]

  /// Lists `path`, but for hidden files.
  init(_ path: String) throws(DatasetError) {
    guard let stream = opendir(path) else {
      throw .unreadable(path: path, reason: lastReason())
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let item = readdir(stream) else { break }
      let bytes = withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard bytes.first != UInt8(ascii: ".") else { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw .unreadableName(folder: path, name: String(decoding: bytes, as: UTF8.self))
      }
      let status = try FileStatus(path + "/" + name)
      entries.append(Entry(name: name, isFolder: status.isFolder, file: status))
    }
    guard errno == 0 else { throw .unreadable(path: path, reason: lastReason()) }
    self.entries = entries.sorted { precedes($0.name, $1.name) }
  }

  var folders: [Entry] { entries.filter(\.isFolder) }

  /// The photos, but for contact sheets of photos beside them.
  var photos: [Entry] {
    let all = entries.filter(\.isPhoto)
    let stems = Set(all.map { $0.name.dropLast($0.ending.utf8.count + 1) })
    return all.filter { entry in
      ContactSheet.photo(ofSheetNamed: entry.name).map { !stems.contains($0[...]) } ?? true
    }
  }

  /// Whether it is the folder of a training, or holds nothing but such, and so is no class.
  func isRun(_ path: String) -> Bool {
    if isRunItself { return true }
    guard photos.isEmpty, !folders.isEmpty else { return false }
    return folders.allSatisfy { (try? Folder(path + "/" + $0.name))?.isRunItself ?? false }
  }

  private var isRunItself: Bool {
    let names = Set(entries.map(\.name))
    return names.contains("config.json")
      && (photos.isEmpty || names.contains("splits.json") || names.contains("model.safetensors"))
  }
}

/// The size and identity of a file, found by following links; of a link that leads nowhere, its own:
/// it is a photo that cannot be read, like others.
struct FileStatus {
  /// Tells files apart, whatever their names.
  struct Identity: Hashable {
    let device: UInt
    let number: UInt
  }

  let size: Int
  let identity: Identity
  let isFolder: Bool
  /// Whether it is a pipe, a socket or a device.
  let isSpecial: Bool

  init(_ path: String) throws(DatasetError) {
    var information = stat()
    if stat(path, &information) != 0 {
      let (number, reason) = (errno, lastReason())
      guard number == ENOENT || number == ELOOP, lstat(path, &information) == 0 else {
        throw .unreadable(path: path, reason: reason)
      }
    }
    size = Int(information.st_size)
    identity = Identity(device: UInt(information.st_dev), number: UInt(information.st_ino))
    let kind = information.st_mode & S_IFMT
    isFolder = kind == S_IFDIR
    isSpecial = ![S_IFDIR, S_IFREG, S_IFLNK].contains(kind)
  }
}

/// The order of the bytes in UTF-8, which is that of the Unicode numbers.
func precedes(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}
