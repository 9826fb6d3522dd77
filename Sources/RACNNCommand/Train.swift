import ArgumentParser
import Files
import NeuralNetworks
import RACNN

/// `racnn train`: from a folder of photos to a model.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Learn the classes of a folder of photos, and where to look.",
    discussion: """
      The folder holds a folder of photos for each class, or folders train, val and test of such, \
      or a data set in the layout of CUB-200-2011. Splits that are missing are made. Ctrl-C writes \
      a checkpoint, from which --resume goes on.

      EXAMPLE:
        racnn train birds
        racnn train birds --input-size 128 --epochs 5 --output runs/quick
        racnn train --resume runs/quick
      """)

  @Argument(help: "The folder of photos.", completion: .directory)
  var dataset: String?

  @Option(
    help: "The run's folder, which must be new; runs/NAME-1, -2, ... unless told.",
    completion: .directory)
  var output: String?

  @Option(help: "The network of each scale.")
  var backbone: BackboneArchitecture?

  @Option(
    help: "Weights to start from (safetensors or PyTorch); the embedded ones unless told.",
    completion: .file())
  var weights: String?

  @Option(help: "All settings at once: light, or paper (VGG-19, inputs 448, 224 and 224).")
  var preset = Preset.light

  @Option(help: "Pixels a side that each scale looks at.")
  var inputSize: Int?

  @Option(help: "How often to look: 1 is one network on the whole photo, to compare with.")
  var scales: Int?

  @Option(help: "Pixels a side of the source that crops are sampled from.")
  var sourceSize: Int?

  @Option(
    help: """
      What proposes where to look: dense layers, as in the paper, the same on pooled features, or \
      attention.
      """)
  var apn: ProposalKind?

  @Option(help: "What decides from all scales: a linear layer, as in the paper, or attention.")
  var fusion: FusionKind?

  @Option(
    help: """
      A JSON file with any of the settings of a run's config.json; it holds over --preset, and \
      options hold over it.
      """,
    completion: .file())
  var settings: String?

  @Option(help: "The seed of all that is random; the same one gives the same model.")
  var seed: UInt64?

  @Option(
    help:
      "Epochs of scale 1; those of the other stages but the first ones of classifiers in proportion."
  )
  var epochs: Int?

  @Option(help: "Photos a step.")
  var batchSize: Int?

  @Option(help: "Threads that compute; as many as there are processors unless told.")
  var threads: Int?

  @Flag(help: "Take less memory and more time, for the same model: compute blocks a second time.")
  var lowMemory = false

  @Flag(help: "Refuse a data set with photos that cannot be read; otherwise they are left out.")
  var strict = false

  @Option(
    help: "Go on with the run in this folder, with its settings; the photos may have moved.",
    completion: .directory)
  var resume: String?

  func validate() throws {
    guard dataset != nil || resume != nil else {
      throw ValidationError("give the folder of photos, or --resume with a run")
    }
    let others: [Any?] = [
      output, backbone, weights, inputSize, scales, sourceSize, apn, fusion, settings, seed,
      epochs, batchSize, threads, strict ? strict : nil, lowMemory ? lowMemory : nil,
    ]
    guard resume == nil || (others.allSatisfy { $0 == nil } && preset == .light) else {
      throw ValidationError("--resume takes the run's own settings: no other option goes with it")
    }
    for (name, value) in [
      ("--epochs", epochs), ("--batch-size", batchSize),
      ("--input-size", inputSize), ("--source-size", sourceSize), ("--scales", scales),
    ] where value ?? 1 < 1 {
      throw ValidationError("\(name) must be at least 1")
    }
    try Processors.check(threads)
  }

  func run() throws {
    Interruption.watch()
    let log = TrainingLog()
    do {
      let result =
        if let resume {
          try train(
            resuming: resume, dataset: dataset, progress: log.tell,
            isCancelled: { log.isCancelled })
        } else {
          try train(configuration(), progress: log.tell, isCancelled: { log.isCancelled })
        }
      log.finish()
      try conclude(result)
    } catch RACNNError.cancelled(let run) {
      log.finish()
      if let failure = log.failure { try Train.fail(failure, in: run) }
      Console.note("racnn: stopped; go on with: \(Train.resumption(of: run))")
      throw ExitCode(Interruption.exitCode)
    } catch {
      log.finish()
      try Train.fail(error, in: log.run)
    }
  }

  /// Ends with an error; where it is one from outside, such as a full disk, a run that has begun can go on.
  private static func fail(_ error: any Error, in run: String?) throws {
    var isFromOutside = error is FileError
    if case WeightsError.file = error { isFromOutside = true }
    guard isFromOutside, let run, FileSystem.exists("\(run)/splits.json") else { throw error }
    Console.error("\(error); once that is mended, go on with: \(resumption(of: run))")
    throw ExitCode.failure
  }

  private static func resumption(of run: String) -> String {
    Text.commandLine([CommandLine.arguments.first ?? "racnn", "train", "--resume", run])
  }

  /// The settings of a new run.
  private func configuration() throws -> TrainingConfiguration {
    let dataset = dataset ?? ""
    let output = try output ?? Train.newRun(for: dataset)
    var result: TrainingConfiguration =
      switch preset {
      case .light: TrainingConfiguration(dataset: dataset, output: output)
      case .paper: .paper(dataset: dataset, output: output)
      }
    result.computeThreads = Processors.count
    if let settings {
      try result.take(settingsIn: settings)
      (result.dataset, result.output) = (dataset, output)
    }
    if let backbone { result.backbone = backbone }
    if let scales, let last = result.inputSizes.last {
      result.inputSizes = (0..<scales).map {
        $0 < result.inputSizes.count ? result.inputSizes[$0] : last
      }
    }
    if let inputSize { result.setInputSize(inputSize) }
    if let sourceSize { result.sourceSize = sourceSize }
    if let apn { result.proposal = apn }
    if let fusion { result.fusion = fusion }
    if let seed { result.seed = seed }
    if let epochs { result.plan = result.plan.scaled(by: epochs) }
    if let batchSize { result.batchSize = batchSize }
    if let weights { result.weights = weights }
    if strict { result.refusesBadPhotos = true }
    if lowMemory { result.savesMemory = true }
    if let threads { result.computeThreads = threads }
    return result
  }

  /// The first of `runs/NAME-1`, `runs/NAME-2`, ... that is free.
  private static func newRun(for dataset: String) throws -> String {
    // A name for `.` and `..`, which have none of their own.
    let name = FilePath.name(of: FilePath.resolved(dataset) ?? dataset)
    var number = 1
    while FileSystem.exists("runs/\(name)-\(number)") { number += 1 }
    return "runs/\(name)-\(number)"
  }

  /// Says what has come of it, writes the report and shows how to use the model.
  private func conclude(_ result: TrainingResult) throws {
    let run = try Run(contentsOf: result.run)
    if let evaluation = result.evaluation { try Console.line(evaluation.text) }
    let report = result.run + "/report.html"
    let photo = try RunReport(run).write(to: report)
    let seconds = result.history.reduce(0) { $0 + $1.seconds }
    try Console.line("trained in \(Text.duration(seconds)); the report: \(report)")
    let command = [
      CommandLine.arguments.first ?? "racnn", "classify", photo ?? "photo.jpg", "--model",
      result.modelPath, "--show-crops", "--output", result.run,
    ]
    try Console.line("classify with it:\n  \(Text.commandLine(command))")
  }
}

/// Settings that belong together.
enum Preset: String, CaseIterable, ExpressibleByArgument {
  /// A small network at a small size, for computers without a GPU.
  case light
  /// The paper's.
  case paper
}
