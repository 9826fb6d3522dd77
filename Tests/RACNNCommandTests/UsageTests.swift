import Testing

@Suite struct UsageTests {
  @Test(arguments: [[], ["probe"], ["probe", "decode"]])
  func helpShowsAnExample(_ command: [String]) throws {
    let outcome = try CommandRunner.run(command + ["--help"], in: try TemporaryFolder())
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("EXAMPLE"))
    #expect(outcome.output.contains("racnn " + command.joined(separator: " ")))
    #expect(outcome.errors == "")
  }

  @Test(arguments: [
    ["probe", "decode"], ["probe", "decode", "a.jpg", "--bad"], ["nonsense"],
  ])
  func wrongUsageIsToldAndExitsWith64(_ arguments: [String]) throws {
    let outcome = try CommandRunner.run(arguments, in: try TemporaryFolder())
    #expect(outcome.code == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.hasPrefix("Error: "))
  }
}
