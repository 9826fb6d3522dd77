import Files
import Foundation

/// Folders and files for the tests of weights.
enum WeightFiles {
  /// The folder that files of others lie in, beside the package; no part of it.
  static let shared: String = {
    if let folder = ProcessInfo.processInfo.environment["RACNN_SHARED"] { return folder }
    return package + "/../shared"
  }()

  static let package: String = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// The lines of a table, each by its columns' names.
  static func table(_ path: String) throws -> [[String: String]] {
    let lines = try FileReader.text(path).split(separator: "\n").map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let names = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(Swift.zip(names, $0), uniquingKeysWith: { $1 }) }
  }

  /// A new folder that is removed with everything in it after `body`.
  @discardableResult static func withFolder<Result>(_ body: (String) throws -> Result) throws
    -> Result
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  /// A file of `bytes` that is removed after `body`.
  @discardableResult static func withFile<Result>(
    _ bytes: [UInt8], _ body: (String) throws -> Result
  ) throws -> Result {
    try withFolder { folder in
      try AtomicFile.write(bytes, to: folder + "/file")
      return try body(folder + "/file")
    }
  }

  /// `value` as `count` bytes, the lowest first.
  static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? value >> (8 * $0) : 0) }
  }

  /// A safetensors file with the header `json`.
  static func safetensors(_ json: String, data: [UInt8] = []) -> [UInt8] {
    bytes(json.utf8.count, 8) + Array(json.utf8) + data
  }

  /// A zip file of uncompressed entries.
  static func zip(_ entries: [(String, [UInt8])], method: Int = 0) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in entries {
      let sizes = bytes(data.count, 4) + bytes(data.count, 4) + bytes(name.utf8.count, 2)
      let common = bytes(0, 2) + bytes(method, 2) + bytes(0, 8) + sizes
      directory += bytes(0x0201_4b50, 4) + bytes(20, 2) + bytes(20, 2) + common
      directory += bytes(0, 12) + bytes(file.count, 4) + Array(name.utf8)
      file += bytes(0x0403_4b50, 4) + bytes(20, 2) + common + bytes(0, 2) + Array(name.utf8) + data
    }
    let start = file.count
    file += directory + bytes(0x0605_4b50, 4) + bytes(0, 4)
    file += bytes(entries.count, 2) + bytes(entries.count, 2)
    return file + bytes(directory.count, 4) + bytes(start, 4) + bytes(0, 2)
  }
}

/// Writes pickles, instruction by instruction.
struct Pickle {
  private(set) var bytes: [UInt8] = [0x80, 2]

  mutating func raw(_ instructions: [UInt8]) { bytes += instructions }
  mutating func raw(_ instructions: String) { bytes += Array(instructions.utf8) }
  mutating func text(_ text: String) {
    bytes += [UInt8(ascii: "X")] + WeightFiles.bytes(text.utf8.count, 4) + Array(text.utf8)
  }
  mutating func integer(_ value: Int) { bytes += [0x8a, 8] + WeightFiles.bytes(value, 8) }
  mutating func global(_ module: String, _ name: String) { raw("c\(module)\n\(name)\n") }
  mutating func tuple(_ values: [Int]) {
    raw("(")
    for value in values { integer(value) }
    raw("t")
  }

  /// A tensor that shows the storage `key`; of a type of its own where that is given.
  mutating func tensor(
    storage: String = "FloatStorage", key: String = "0", count: Int, offset: Int = 0,
    shape: [Int], strides: [Int], type: String? = nil
  ) {
    global("torch._utils", type == nil ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3")
    raw("((")
    text("storage")
    global("torch", storage)
    text(key)
    text("cpu")
    integer(count)
    raw("tQ")
    integer(offset)
    tuple(shape)
    tuple(strides)
    raw([0x89])
    raw("N")
    if let type { global("torch", type) }
    raw("tR")
  }

  /// A dictionary of one tensor called `a`, as a file in the zip format.
  static func file(
    storage: String = "FloatStorage", count: Int, offset: Int = 0, shape: [Int], strides: [Int],
    type: String? = nil, data: [UInt8]
  ) -> [UInt8] {
    var pickle = Pickle()
    pickle.raw("}")
    pickle.text("a")
    pickle.tensor(
      storage: storage, count: count, offset: offset, shape: shape, strides: strides, type: type)
    pickle.raw("s.")
    return WeightFiles.zip([("x/data.pkl", pickle.bytes), ("x/data/0", data)])
  }
}
