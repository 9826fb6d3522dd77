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

  @Test func readsPathsFromStandardInput() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "an empty file")
    let outcome = try CommandRunner.run(
      ["probe", "decode", "-"], in: folder, input: "an empty file\nmissing.jpg\n")
    #expect(outcome.code == 1)
    #expect(outcome.lines.map { $0.prefix { $0 != "\t" } } == ["an empty file", "missing.jpg"])
  }
}
