import ArgumentParser

/// `racnn plot`: draws what the networks are made of.
struct Plot: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw a part of a network as a picture.",
    discussion: """
      EXAMPLE:
        racnn plot positional-encoding --length 100 --width 128
      """,
    subcommands: [PlotPositionalEncoding.self])
}
