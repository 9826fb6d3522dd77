import Files
import Foundation
import Testing

@Suite struct ScratchFileTests {
  @Test func keepsWhatItHasRoomFor() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = try #require(ScratchFile(in: folder.path, limit: 300_000))
    // Nothing is to be seen of it, and nothing left to clear away.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let pieces = [1, 70_000, 0, 200_000].map { size in
      (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ size) }
    }
    let places = try pieces.map { try #require(file.append($0)) }
    #expect(places == [0, 1, 70_001, 70_001] && file.count == 270_001)
    #expect(file.append([UInt8](repeating: 1, count: 30_000)) == nil && file.count == 270_001)
    #expect(file.append([5]) == 270_001)
    for (piece, place) in zip(pieces, places) {
      #expect(file.bytes(piece.count, at: place) == piece)
    }
    #expect(file.bytes(2, at: 270_001) == nil)
    #expect(ScratchFile(in: folder.path + "/missing", limit: 1) == nil)
  }
}
