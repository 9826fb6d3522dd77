import Testing

@Suite struct UsageTests {
  @Test(arguments: [
    [], ["train"], ["evaluate"], ["classify"], ["import"], ["fieldguide"], ["probe"],
    ["probe", "decode"], ["probe", "weights"], ["plot"],
    ["plot", "positional-encoding"], ["example"], ["example", "dates"],
  ])
  func helpShowsAnExample(_ command: [String]) throws {
    let outcome = try CommandRunner.run(command + ["--help"], in: try TemporaryFolder())
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("EXAMPLE"))
    #expect(outcome.output.contains("  racnn " + command.joined(separator: " ")))
    #expect(outcome.errors == "")
  }

  /// A report of a fault, or of figures, needs what computed.
  @Test func versionNamesTheKernels() throws {
    let outcome = try CommandRunner.run(["--version"], in: try TemporaryFolder())
    #expect(outcome.code == 0 && outcome.errors == "")
    let version = /racnn \d+\.\d+\.\d+, (oneDNN [\d.]+, .+|plain Swift)\n/
    #expect(outcome.output.wholeMatch(of: version) != nil)
  }

  @Test(arguments: [
    ["nonsense"], ["probe", "decode"], ["probe", "decode", "a.jpg", "--bad"], ["train"],
    ["train", "--resume", "b", "--seed", "2"],
    ["train", "a", "--epochs", "0"], ["train", "a", "--backbone", "alexnet"], ["evaluate", "a"],
    ["evaluate", "a", "b", "--split", "rest"], ["classify"], ["classify", "a.jpg", "--top", "0"],
    ["classify", "a.jpg", "--output", "b"], ["import", "a.pth"], ["fieldguide"],
    ["fieldguide", "a", "--size", "1"],
    ["plot", "positional-encoding", "--width", "0"],
    ["example", "dates", "--steps", "0"],
  ])
  func wrongUsageIsToldAndExitsWith64(_ arguments: [String]) throws {
    let outcome = try CommandRunner.run(arguments, in: try TemporaryFolder())
    #expect(outcome.code == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: "))
  }

  @Test(arguments: [
    ["train", "missing"], ["train", "file"], ["train", "--resume", "missing"],
    ["train", "a", "--resume", "missing"],
    ["evaluate", "file", "missing"], ["classify", "file"], ["classify", "a", "--model", "file"],
    ["classify", "a", "--model", "."], ["fieldguide", "."], ["fieldguide", "file"],
    ["import", "file", "--classes", "file", "--output", "b"],
    ["import", "file", "--classes", "missing", "--output", "b"],
    ["plot", "positional-encoding", "--output", "b/b.png"],
  ])
  func failuresAreToldInOneLine(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("neither photo nor model".utf8), to: "file")
    let outcome = try CommandRunner.run(arguments, in: folder)
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasPrefix("racnn: "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(!folder.holds("runs") && !folder.holds("b"))
  }

  @Test func drawsTheEncoding() throws {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run(
      ["plot", "positional-encoding", "--length", "9", "--scale", "--output", "a.png"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try folder.bytes("a.png").prefix(4) == [0x89, 0x50, 0x4e, 0x47])
  }

  @Test func aFullDiskIsAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "file")
    let outcome = try CommandRunner.run(
      ["probe", "decode", "file"], in: folder, output: "/dev/full")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("No space left"))
  }
}
