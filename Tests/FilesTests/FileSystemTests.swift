import Files
import Foundation
import Testing

@Suite struct FileSystemTests {
  /// Folders above the one asked for are made too, and those alone are told that were not there.
  @Test(arguments: ["", "/"])
  func foldersAreMade(_ end: String) throws {
    let root = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    #expect(!FileSystem.exists(root))
    #expect(try FileSystem.makeFolder(root) == [root])
    let made = try FileSystem.makeFolder(root + "/a/ä//b" + end)
    #expect(made.count == 3 && made.first == root + "/a" && FileSystem.exists(root + "/a/ä/b"))
    #expect(try FileSystem.makeFolder(root + "/a/ä/b") == [])
    FileSystem.removeFolders(made)
    #expect(!FileSystem.exists(root + "/a") && FileSystem.exists(root))
  }

  /// Where one cannot be made, those above it are taken back.
  @Test func failureLeavesNothing() throws {
    let root = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileSystem.makeFolder(root)
    try AtomicFile.write("", to: root + "/file")
    #expect(throws: FileError.unwritable(path: root + "/file", reason: "it is no folder")) {
      try FileSystem.makeFolder(root + "/file")
    }
    #expect(throws: FileError.self) { try FileSystem.makeFolder(root + "/file/a/b") }
    let long = root + "/a/b/" + String(repeating: "c", count: 300)
    #expect(throws: FileError.unwritable(path: long, reason: "File name too long")) {
      try FileSystem.makeFolder(long)
    }
    #expect(!FileSystem.exists(root + "/a"))
  }
}
