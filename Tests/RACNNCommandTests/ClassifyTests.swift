import Foundation
import Images
import RACNN
import Testing

/// Photos classified by the embedded network.
@Suite struct ClassifyTests {
  /// What is decoded of an entry of the JSON.
  private struct Entry: Decodable {
    var image: String
    var labels: [String]?
    var probabilities: [Float]?
    var scales: [ScaleAnswer]?
    var crops: String?
    var error: String?
  }

  private func folderWithPhotos() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let pixels = (0..<(3 * 90 * 60)).map { UInt8(truncatingIfNeeded: $0 / 180 * $0 % 251) }
    let image = Image(width: 90, height: 60, pixels: pixels)
    try folder.write(try image.pngData(), to: "photo.png")
    try folder.write(try image.jpegData(), to: "photo.jpg")
    try folder.write(Array("no photo".utf8), to: "text.jpg")
    return folder
  }

  @Test func tellsPrograms() throws {
    let folder = try folderWithPhotos()
    let outcome = try CommandRunner.run(
      [
        "classify", "photo.png", "text.jpg", "photo.jpg", "--top", "3", "--json", "--show-crops",
        "--output", "new/sheets", "--threads", "1",
      ], in: folder)
    #expect(outcome.code == 1)
    #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.errors.contains("text.jpg"))
    let entries = try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
    try #require(entries.map(\.image) == ["photo.png", "text.jpg", "photo.jpg"])
    #expect(entries[1].error?.contains("text.jpg") == true && entries[1].labels == nil)
    // Both would be photo-crops.png.
    #expect(
      entries.map(\.crops) == ["new/sheets/photo-crops.png", nil, "new/sheets/photo-crops-2.png"])
    for entry in [entries[0], entries[2]] {
      #expect(entry.labels?.count == 3 && entry.probabilities?.count == 3 && entry.error == nil)
      let scales = try #require(entry.scales)
      #expect(scales.map(\.labels.count) == [3, 3, 3])
      #expect(scales[0].box == Rectangle(x: 18.75, y: 3.75, width: 52.5, height: 52.5))
      for (outer, inner) in zip(scales, scales.dropFirst()) {
        #expect(inner.box.width < outer.box.width && inner.box.x >= outer.box.x - 0.01)
      }
      #expect(folder.holds(entry.crops ?? "none"))
    }
  }

  /// However a photo's path is written, no contact sheet takes its place.
  @Test func sheetsSparePhotos() throws {
    let folder = try folderWithPhotos()
    let other = try Image(width: 40, height: 40, color: .white).pngData()
    try folder.write(other, to: "photo-crops.png")
    let outcome = try CommandRunner.run(
      [
        "classify", "./photo.png", "\(folder.path)/photo-crops.png", "--json", "--show-crops",
        "--threads", "1",
      ], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(try folder.bytes("photo-crops.png") == other)
    let entries = try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
    #expect(entries[0].crops == "photo-crops-2.png")
  }

  /// What is known is told, whatever becomes of the sheet; and a folder is no photo.
  @Test func anAnswerIsNotLostWithItsSheet() throws {
    let folder = try folderWithPhotos()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/photo-crops.png", withIntermediateDirectories: false)
    let arguments = ["classify", "photo.png", ".", "--show-crops", "--threads", "1"]
    let outcome = try CommandRunner.run(arguments, in: folder)
    #expect(outcome.code == 1)
    #expect(outcome.lines.first == "photo.png: 90 x 60")
    #expect(outcome.errors.contains("give a folder for it by --output"))
    #expect(outcome.errors.contains(". is a folder: give its photos, as ./*.jpg"))
  }

  /// Nobody waits for more once the output is closed.
  @Test func aClosedOutputEndsIt() throws {
    let folder = try folderWithPhotos()
    let outcome = try CommandRunner.run(
      ["classify"] + Array(repeating: "photo.png", count: 30) + ["--threads", "1"], in: folder,
      output: "/dev/full")
    #expect(outcome.code == 1)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test func showsCropsOnATerminalWithColour() throws {
    let folder = try folderWithPhotos()
    let arguments = ["classify", "photo.png", "--show-crops", "--threads", "1"]
    let shown = try Terminal.output(arguments, in: folder, environment: ["TERM": "xterm-256color"])
    #expect(shown.contains("\u{1b}[") && shown.contains("\u{2580}"))
    #expect(shown.contains("crops: photo-crops.png"))
    for environment in [["TERM": "dumb"], ["TERM": "xterm", "NO_COLOR": "1"]] {
      let plain = try Terminal.output(arguments, in: folder, environment: environment)
      #expect(!plain.contains("\u{1b}") && plain.contains("crops: photo-crops.png"))
    }
    let piped = try CommandRunner.run(arguments, in: folder)
    #expect(piped.code == 0 && !piped.output.contains("\u{1b}"))
  }
}

/// A pseudo-terminal that the command believes to be a user's.
private enum Terminal {
  /// All that the command shows on one.
  static func output(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String]
  ) throws -> String {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    defer { close(master) }
    // What unlockpt and ptsname do, which Glibc's module leaves out.
    var (locked, number): (Int32, Int32) = (0, 0)
    let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    try #require(ioctl(master, setLock, &locked) == 0 && ioctl(master, getNumber, &number) == 0)
    let slave = try #require(FileHandle(forUpdatingAtPath: "/dev/pts/\(number)"))
    let process = Process()
    process.executableURL = CommandRunner.executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardOutput = slave
    process.standardError = FileHandle.nullDevice
    try process.run()
    // Open here, it would keep the end of the output from being seen.
    try slave.close()
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { break }
      text += buffer.prefix(count)
    }
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
