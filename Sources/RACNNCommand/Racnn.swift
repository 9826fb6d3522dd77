import ArgumentParser
import Glibc
import Tensors

/// The `racnn` command: parses its arguments, runs a subcommand and says plainly what went wrong.
@main
struct Racnn: ParsableCommand {
  /// By semantic versioning; model files have a format version of their own.
  private static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "racnn",
    abstract: "Teach a network to tell look-alike things apart, and see where it looks.",
    discussion: """
      EXAMPLE: photos of each class in a folder of its own, under birds/
        racnn train birds
        racnn classify photo.jpg --model runs/birds-1/model.safetensors --show-crops
      """,
    version: "racnn \(version), \(Kernels.name)",
    subcommands: [
      Train.self, Evaluate.self, Classify.self, Probe.self, ImportWeights.self,
      FieldGuideCommand.self, Plot.self, Example.self,
    ])

  /// Exit codes: 0 done, 1 failed, 64 wrong usage, 130 stopped by the user.
  static func main() {
    restartWithBriefWaits()
    // A limit on files, or an output that nobody reads, is an error to be told, not the end.
    for number in [SIGXFSZ, SIGPIPE] { signal(number, SIG_IGN) }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // Help, wrong usage and codes that a subcommand chose are the parser's to show.
      if error is ExitCode || exitCode(for: error) != .failure { exit(withError: error) }
      Console.error("\(error)")
      exit(withError: ExitCode.failure)
    }
  }
}
