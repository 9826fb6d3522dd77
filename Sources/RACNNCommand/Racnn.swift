import ArgumentParser

@main
struct Racnn: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "racnn")
}
