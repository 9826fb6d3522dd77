import ArgumentParser
import ImageDatasets
import RACNN
import Tensors

/// `racnn evaluate`: how often a model is right.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a model on a split of a data set.",
    discussion: """
      Accuracy is told for each scale alone (1, 2, 3), for two together (1+2) and for the decision \
      from all (1+2+3). A model that lies in its run is scored on the splits of that run; where \
      splits are made anew for photos that it has learned, the score means nothing.

      EXAMPLE:
        racnn evaluate runs/birds-1/model.safetensors birds
        racnn evaluate runs/birds-1/model.safetensors birds --split validation --json
        racnn evaluate runs/birds-1/model.safetensors birds --controls
      """)

  @Argument(help: "A model that racnn train wrote, or its run.", completion: .file())
  var model: String

  @Argument(help: "The folder of photos.", completion: .directory)
  var dataset: String

  @Option(help: "The split: train, validation or test.")
  var split = Split.test

  @Flag(help: "Print JSON: accuracy (fractions), counts, and scores of the boxes if there are any.")
  var json = false

  @Option(help: "Photos that are computed at once.")
  var batchSize = 16

  @Option(help: "Threads that compute; as many as there are processors unless told.")
  var threads: Int?

  @Option(help: "Where to look: learned, initial (largest response), or center, as a control.")
  var boxes: BoxPolicy?

  @Flag(help: "Score boxes that were not learned too: initial, centre, random, and true ones.")
  var controls = false

  func validate() throws {
    guard !controls || boxes == nil else {
      throw ValidationError("--controls looks everywhere, so --boxes has no meaning with it")
    }
    guard batchSize > 0 else { throw ValidationError("--batch-size must be at least 1") }
    guard threads ?? 1 > 0 else { throw ValidationError("--threads must be at least 1") }
  }

  func run() throws {
    setThreadCount(threads ?? Processors.count)
    let path = try ModelFile.path(of: model)
    let network = try RecurrentAttentionCNN(contentsOf: path)
    if let boxes { network.boxPolicy = boxes }
    let photos = try photos(for: network, at: path)
    var line = ProgressLine()
    func show(_ done: Int, _ total: Int) { line.show("photo \(done) of \(total)") }
    var evaluation = try evaluate(
      network, on: photos, split: split, batchSize: batchSize,
      warning: { warning in
        line.clear()
        Console.error("warning: \(warning)")
      }, progress: show)
    if controls {
      evaluation.controls = try evaluateControls(
        network, on: photos, split: split, batchSize: batchSize, progress: show)
    }
    line.clear()
    try Console.line(json ? JSON.text(evaluation) : evaluation.text)
  }

  /// The data set with the splits that the model was trained with, or else its own.
  private func photos(for network: RecurrentAttentionCNN, at path: String) throws -> ImageDataset {
    if let run = ModelFile.run(of: path),
      let trained = FilePath.resolved(run.configuration.dataset),
      trained == FilePath.resolved(dataset)
    {
      return try ImageDataset(contentsOf: dataset, manifest: run.manifest)
    }
    let usual = TrainingConfiguration(dataset: dataset, output: "")
    let photos = try ImageDataset(
      contentsOf: dataset, seed: usual.seed, validationFraction: usual.validationFraction,
      testFraction: usual.testFraction, classNames: network.configuration.classNames)
    if photos.layout == .classFolders {
      Console.note(
        "racnn: the splits of \(dataset) are made anew; photos that the model has learned"
          + " may be among them")
    }
    return photos
  }
}
