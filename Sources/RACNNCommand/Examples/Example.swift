import ArgumentParser

/// `racnn example`: networks other than RA-CNN, on the same core.
struct Example: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a small network of another kind, to see it learn.",
    discussion: """
      EXAMPLE:
        racnn example dates
      """,
    subcommands: [ExampleDates.self])
}
