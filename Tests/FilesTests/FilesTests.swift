import CSHA256
import Files
import Foundation
import Testing

/// A new folder that is removed with everything in it after `body`.
private func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

private func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

@Suite struct AtomicFileTests {
  @Test func writesAndReplaces() throws {
    try withFolder { folder in
      let path = folder + "/a.bin"
      try AtomicFile.write([1, 2, 3], to: path)
      let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try AtomicFile.write(large, to: path)
      #expect(try FileReader.bytes(path) == large)
      #expect(try names(in: folder) == ["a.bin"])
    }
  }

  @Test func streamsPiecesInOrder() throws {
    try withFolder { folder in
      let path = folder + "/a.bin"
      var expected: [UInt8] = []
      try AtomicFile.write(to: path) { writer in
        for size in [1, 70_000, 3, 65_536, 65_535, 2, 0, 9] {
          let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ size) }
          try writer.write(piece)
          expected += piece
        }
        try writer.write("end")
      }
      #expect(try FileReader.bytes(path) == expected + Array("end".utf8))
    }
  }

  struct Stop: Error {}

  @Test func failureLeavesTheOldFileAndNothingElse() throws {
    try withFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("old", to: path)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path) { writer in
          try writer.write("new")
          throw Stop()
        }
      }
      #expect(try FileReader.text(path) == "old")
      #expect(try names(in: folder) == ["a.txt"])
      // A folder bears the name: the rename fails after all was written.
      try FileManager.default.createDirectory(
        atPath: folder + "/taken/inside", withIntermediateDirectories: true)
      #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder + "/taken") }
      #expect(try names(in: folder) == ["a.txt", "taken"])
    }
  }

  @Test func missingFolderIsNamed() throws {
    let path = "/nonexistent-folder/a"
    #expect(throws: FileError.unwritable(path: path, reason: "No such file or directory")) {
      try AtomicFile.write("x", to: path)
    }
  }
}

@Suite struct FileReaderTests {
  @Test func readsKernelFilesAndRefusesFolders() throws {
    #expect(try FileReader.text("/proc/self/status").contains("Pid:"))
    #expect(throws: FileError.self) { try FileReader.bytes("/tmp") }
    #expect(throws: FileError.self) { try FileReader.bytes("/dev/zero", limit: 100_000) }
    #expect(throws: FileError.self) { try FileReader.bytes("/nonexistent-file") }
    #expect(try FileReader.bytes("/dev/null").isEmpty)
  }

  @Test func readsWholeFiles() throws {
    try withFolder { folder in
      let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
      try AtomicFile.write(bytes, to: folder + "/a")
      try AtomicFile.write([], to: folder + "/empty")
      let file = try FileBytes(folder + "/a")
      // What was read stays, whatever becomes of the file.
      #expect(truncate(folder + "/a", 0) == 0)
      #expect(file.count == 10_000)
      #expect(file.withBytes { Array($0) } == bytes)
      #expect(try FileBytes(folder + "/empty").withBytes { $0.count } == 0)
      #expect(throws: FileError.self) { try FileBytes(folder) }
    }
  }
}

@Suite struct SHA256Tests {
  /// Examples of FIPS 180-4's authors, and of Python's hashlib for lengths around a block.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func knownText(_ text: String, _ hash: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == hash)
  }

  @Test func knownLengths() {
    let hashes = (0...130).map { SHA256.hex(of: (0..<$0).map { UInt8($0) }) }
    // hashlib.sha256("\n".join(sha256(bytes(range(n))).hexdigest() for n in range(131)))
    #expect(
      SHA256.hex(of: Array(hashes.joined(separator: "\n").utf8))
        == "8c90cedc20b271c8ecdf6d334213b3d58e4b0c11246a3ab71e27c8158ea3ae30")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      SHA256.hex(of: million)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// The processor's own instructions, where it has them, and plain C.
  @Test func instructionsEqualPlainCode() {
    let bytes = (0..<64 * 9).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ 7) }
    for blocks in 0...9 {
      var (one, other) = ([UInt32](1...8), [UInt32](1...8))
      racnn_sha256(&one, bytes, blocks)
      racnn_sha256_plain(&other, bytes, blocks)
      #expect(one == other)
    }
  }

  @Test func piecesEqualTheWhole() {
    let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 5) }
    var hash = SHA256()
    var (start, size) = (0, 1)
    while start < bytes.count {
      hash.update(Array(bytes[start..<min(start + size, bytes.count)]))
      (start, size) = (start + size, (size * 5) % 211)
    }
    #expect(hash.hexadecimal() == SHA256.hex(of: bytes))
  }
}
