import ArgumentParser
import ImageDatasets
import Images
import RACNN
import Tensors

/// `racnn evaluate`: how often a model is right.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Score a model on a split of a data set.",
    discussion: """
      Accuracy is told for each scale alone (1, 2, 3), for two together (1+2) and for the decision \
      from all (1+2+3), with the multiply-accumulates that each takes. A model that lies in its \
      run is scored on the splits of that run; where \
      splits are made anew for photos that it has learned, the score means nothing.

      EXAMPLE:
        racnn evaluate runs/birds-1/model.safetensors birds
        racnn evaluate runs/birds-1/model.safetensors birds --split validation --json
        racnn evaluate runs/birds-1/model.safetensors birds --controls
        racnn evaluate runs/birds-1 birds --also runs/birds-2 runs/single
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

  @Flag(
    help: """
      Score boxes that were not learned too: initial, centre, random, and true ones. On the test \
      split of a model's own run its report shows them from then on.
      """)
  var controls = false

  @Flag(
    help: """
      Score looking closer only where the answer is not sure enough, too; told in the report as \
      controls are.
      """)
  var adaptive = false

  @Option(
    name: .customLong("also"), parsing: .upToNextOption,
    help: "Models to score on the same photos: other seeds, or one network that looks once.",
    completion: .file())
  var others: [String] = []

  func validate() throws {
    guard !controls || boxes == nil else {
      throw ValidationError("--controls looks everywhere, so --boxes has no meaning with it")
    }
    guard others.isEmpty || boxes == nil else {
      throw ValidationError("--also looks where each model says, so --boxes does not go with it")
    }
    guard batchSize > 0 else { throw ValidationError("--batch-size must be at least 1") }
    try Processors.check(threads)
  }

  func run() throws {
    setThreadCount(threads ?? Processors.count)
    let path = try ModelFile.path(of: model)
    let network = try RecurrentAttentionCNN(contentsOf: path)
    if let boxes { network.boxPolicy = boxes }
    let run = ModelFile.run(of: path)
    let ownPhotos = try run.flatMap { try self.photos(of: $0) }
    let photos = try ownPhotos ?? newPhotos(for: network)
    if let added = photos.addedText { Console.error("warning: \(added)") }
    // Before the first photo, for what cannot be scored would lose what was.
    let others = try others.map {
      (name: $0, model: try RecurrentAttentionCNN(contentsOf: ModelFile.path(of: $0)))
    }
    for (name, model) in others {
      try model.labels(of: photos, name: name)
      try warnOfLearned(photos, by: name)
    }
    var line = ProgressLine()
    func show(_ done: Int, _ total: Int) { line.show("photo \(done) of \(total)") }
    // First, for the same reason: it may be that the model can do neither.
    let asNeeded =
      adaptive
      ? try evaluateAdaptively(
        network, on: photos, split: split, batchSize: batchSize, progress: show) : nil
    let compared =
      controls
      ? try evaluateControls(
        network, on: photos, split: split, batchSize: batchSize, progress: show) : nil
    var evaluation = try evaluate(
      network, on: photos, split: split, batchSize: batchSize,
      warning: { warning in
        line.clear()
        Console.error("warning: \(warning)")
      }, progress: show)
    (evaluation.adaptive, evaluation.controls) = (asNeeded, compared)
    if !others.isEmpty {
      evaluation.comparison = try compare(
        [(name: model, model: network)] + others, on: photos, split: split, batchSize: batchSize,
        progress: show)
    }
    line.clear()
    try Console.line(json ? JSON.text(evaluation, indented: true) : evaluation.text)
    if controls || adaptive, let run, ownPhotos != nil {
      try record(evaluation, in: run, ofModelAt: path)
    }
  }

  /// Makes the report of the model's run anew with these scores, where they are of that run's photos
  /// and boxes.
  private func record(_ evaluation: Evaluation, in run: Run, ofModelAt path: String) throws {
    guard boxes == nil, split == .test, run.isFinished,
      FilePath.resolved(run.modelPath) == FilePath.resolved(path)
    else { return }
    try run.record(evaluation)
    _ = try RunReport(Run(contentsOf: run.folder)).write(to: run.folder + "/report.html")
  }

  /// The data set with the splits of a run, wherever the two lie now; nil where the run is on other photos.
  private func photos(of run: Run) throws -> ImageDataset? {
    let trained = FilePath.resolved(run.configuration.dataset)
    let isItsFolder = trained != nil && trained == FilePath.resolved(dataset)
    do {
      let photos = try ImageDataset(contentsOf: dataset, manifest: run.manifest)
      // Where more lies in another folder, all of that is to be scored.
      return isItsFolder || photos.added.isEmpty ? photos : nil
    } catch {
      if isItsFolder { throw error }
      return nil
    }
  }

  /// The data set with splits of its own, made where it has none.
  private func newPhotos(for network: RecurrentAttentionCNN) throws -> ImageDataset {
    let usual = TrainingConfiguration(dataset: dataset, output: "")
    let photos = try ImageDataset(
      contentsOf: dataset, seed: usual.seed, validationFraction: usual.validationFraction,
      testFraction: usual.testFraction, classNames: network.configuration.classNames,
      isReadable: { path in
        do {
          _ = try Photo(contentsOf: path, minimumSide: network.configuration.sourceSize)
          return true
        } catch {
          Console.error("warning: left out: \(error)")
          return false
        }
      })
    if photos.madeSplits.contains(split) {
      Console.note(
        "racnn: the split \(split.rawValue) of \(dataset) is made anew; photos that the model has"
          + " learned may be among it")
    }
    return photos
  }

  /// Says how many of the photos another model has learned or was chosen by.
  private func warnOfLearned(_ photos: ImageDataset, by name: String) throws {
    guard split == .test, let samples = photos.samples[split], photos.madeSplits.contains(split)
    else {
      return
    }
    guard let run = ModelFile.run(of: try ModelFile.path(of: name)),
      try self.photos(of: run) != nil
    else {
      return Console.note(
        "racnn: \(name) lies in no run on \(dataset); it may have learned photos of this split")
    }
    let learned = Set(
      [Split.train, .validation].flatMap { run.manifest.files[$0.rawValue] ?? [] })
    let count = samples.count { learned.contains($0.path) }
    if count > 0 {
      Console.error(
        "warning: \(name) has learned \(count) of these \(samples.count) photos, so that its score means"
          + " nothing; train it with the seed of the first, or give the data set a test folder")
    }
  }
}
