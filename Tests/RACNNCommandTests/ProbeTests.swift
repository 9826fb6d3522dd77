import Files
import Images
import Testing

@Suite struct ProbeTests {
  @Test func goesOnAfterErrorsAndFailsAtTheEnd() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("no photo".utf8), to: "text.jpg")
    let outcome = try CommandRunner.run(["probe", "decode", "missing.png", "text.jpg"], in: folder)
    #expect(outcome.code == 1)
    #expect(outcome.errors == "")
    let fields = outcome.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    try #require(fields.count == 2)
    #expect(fields.allSatisfy { $0.count == 6 && $0[1] == "error" && $0[2...4] == ["", "", ""] })
    #expect(fields[0][0] == "missing.png" && fields[0][5].contains("No such file"))
    #expect(fields[1][0] == "text.jpg" && fields[1][5].contains("text.jpg"))
  }

  @Test func tellsSizeAndHashOfPixels() throws {
    let folder = try TemporaryFolder()
    let pixels = (0..<36).map { UInt8($0 * 7) }
    let image = Image(width: 4, height: 3, pixels: pixels)
    try folder.write(try image.pngData(), to: "a photo.png")
    let outcome = try CommandRunner.run(["probe", "decode", "a photo.png"], in: folder)
    #expect(outcome.code == 0)
    #expect(outcome.output == "a photo.png\tok\t4\t3\t\(SHA256.hex(of: pixels))\t\n")
  }

  @Test func tellsTensors() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    try folder.write(length + Array(header.utf8) + Array(repeating: 0, count: 8), to: "good")
    try folder.write(length + Array(header.utf8) + Array(repeating: 0, count: 7), to: "short")
    let outcome = try CommandRunner.run(["probe", "weights", "good", "short"], in: folder)
    #expect(outcome.code == 1)
    let fields = outcome.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    try #require(fields.count == 2 && fields.allSatisfy { $0.count == 5 })
    #expect(fields[0][1...2] == ["ok", "1"] && fields[0][3].count == 64 && fields[0][4] == "")
    #expect(fields[1][1...3] == ["error", "", ""] && fields[1][4] != "")
  }

  @Test func readsPathsFromStandardInput() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "an empty file")
    let outcome = try CommandRunner.run(
      ["probe", "decode", "-"], in: folder, input: "an empty file\nmissing.jpg\n")
    #expect(outcome.code == 1)
    #expect(outcome.lines.map { $0.prefix { $0 != "\t" } } == ["an empty file", "missing.jpg"])
  }
}
