import ArgumentParser
import ImageDatasets

/// `racnn fieldguide`: draws the embedded data set.
struct FieldGuideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fieldguide",
    abstract: "Draw the embedded data set: look-alike birds that differ in small marks.",
    discussion: """
      The birds are synthetic. The 8 species differ in three small marks on the head alone, so \
      that one look at the whole picture is not enough. The same seed draws the same bytes; a \
      folder that holds them already is left as it is.

      EXAMPLE:
        racnn fieldguide datasets/fieldguide --seed 1
        racnn train datasets/fieldguide
      """)

  @Argument(help: "The folder to make.", completion: .directory)
  var folder: String

  @Option(help: "The seed of everything that varies.")
  var seed: UInt64 = 1

  @Option(help: "Pictures a species to learn from.")
  var trainPerClass = 40

  @Option(help: "Pictures a species to test with.")
  var testPerClass = 20

  @Option(help: "Pixels a side.")
  var size = 448

  func validate() throws {
    guard trainPerClass > 0, testPerClass > 0 else {
      throw ValidationError("--train-per-class and --test-per-class must be at least 1")
    }
    guard (64...4096).contains(size) else { throw ValidationError("--size must be 64 to 4096") }
  }

  func run() throws {
    var line = ProgressLine()
    defer { line.clear() }
    try FieldGuide.write(
      to: folder, seed: seed, trainPerClass: trainPerClass, testPerClass: testPerClass, size: size
    ) { done, total in line.show("drawing picture \(done) of \(total)") }
    line.clear()
    let count = FieldGuide.speciesNames.count * (trainPerClass + testPerClass)
    try Console.line(
      "\(folder) holds \(count) pictures of \(FieldGuide.speciesNames.count) species")
  }
}
