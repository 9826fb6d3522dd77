import Testing

/// `racnn example dates` in miniature: the loss falls, the seed fixes every line, and the test is of
/// as many dates as were asked for.
@Suite struct ExampleTests {
  @Test func datesAreLearned() throws {
    let folder = try TemporaryFolder()
    let arguments = ["example", "dates", "--steps", "40", "--batch-size", "16", "--tests", "20"]
    let first = try CommandRunner.start(arguments, in: folder).finish()
    #expect(first.code == 0, "\(first.errors)")
    let losses = first.lines.filter { $0.hasPrefix("step ") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    #expect(losses.count == 10)
    #expect((losses.last ?? .nan) < 0.8 * (losses.first ?? .nan))
    #expect(first.lines.last?.hasPrefix("unseen dates: ") == true)
    #expect(first.lines.last?.contains(" of 20 exact") == true)
    let second = try CommandRunner.start(arguments, in: folder).finish()
    #expect(second.output == first.output)
  }
}
