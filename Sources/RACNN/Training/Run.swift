internal import Files
public import ImageDatasets

/// A training's folder: its configuration, logs, checkpoints and model.
public struct Run: Sendable {
  /// The folder.
  public let folder: String
  /// What the training was determined by.
  public let configuration: TrainingConfiguration
  /// Which photo is in which split.
  public let manifest: SplitManifest
  /// Every epoch that is done.
  public let history: [EpochMetrics]
  /// The scores on the test split, once training is finished and there is one.
  public let evaluation: Evaluation?

  /// Where the finished model is, or will be.
  public var modelPath: String { Run.modelPath(folder) }
  /// Whether training is finished.
  public var isFinished: Bool { FileSystem.exists(modelPath) }

  /// Reads the folder of a run, finished or not.
  ///
  /// - Throws: `RACNNError.unusableRun` when it is none, or a file in it is damaged, and `FileError` when
  ///   one cannot be read.
  public init(contentsOf folder: String) throws {
    self.folder = folder
    configuration = try Run.configuration(in: folder)
    manifest = try Run.manifest(in: folder)
    let log = "\(folder)/metrics.jsonl"
    if FileSystem.exists(log) {
      let lines = try Run.content(folder, "metrics.jsonl").split(separator: "\n")
      history = try lines.enumerated().map { index, line in
        do {
          return try JSON.value(EpochMetrics.self, from: line)
        } catch {
          throw Run.damaged(folder, "metrics.jsonl, line \(index + 1): \(error)")
        }
      }
    } else {
      history = []
    }
    evaluation =
      FileSystem.exists("\(folder)/evaluation.json")
      ? try Run.read(Evaluation.self, folder, "evaluation.json") : nil
  }

  /// Keeps scores of the finished model on the test split in place of those that training took.
  /// Controls and the like that were scored before, and are not now, stay.
  ///
  /// - Throws: `RACNNError.unusableRun` while a training is at work on the folder, and `FileError`.
  public func record(_ evaluation: Evaluation) throws {
    let lock = try Run.lock(folder)
    defer { withExtendedLifetime(lock) {} }
    try Run.write(evaluation.withControls(of: self.evaluation), folder, "evaluation.json")
  }

  /// The settings of the run in `folder`, which may have been stopped before anything else of it was
  /// written.
  ///
  /// - Throws: `RACNNError.unusableRun` when there are none, or they are damaged, and `FileError`.
  public static func configuration(in folder: String) throws -> TrainingConfiguration {
    try read(TrainingConfiguration.self, folder, "config.json")
  }

  static func manifest(in folder: String) throws -> SplitManifest {
    try read(SplitManifest.self, folder, "splits.json")
  }

  /// The scores that were written last; nil where there are none that can be read.
  static func evaluation(in folder: String) -> Evaluation? {
    try? read(Evaluation.self, folder, "evaluation.json")
  }

  /// Whether a new run can have the folder at `path`: there is none, or nothing in it but what
  /// a run that was stopped in its first moment leaves.
  public static func isFree(_ path: String) -> Bool {
    !FileSystem.exists(path) || AtomicFile.holdsLeftoversAlone(path)
  }

  /// Keeps other trainings out of the folder while the result lives, and clears away what a killed
  /// one has left there.
  static func lock(_ folder: String) throws -> FolderLock {
    guard let lock = try FolderLock(folder) else {
      throw RACNNError.unusableRun(
        path: folder, reason: "another training is at work on it",
        cure: "wait for its end, or give another --output")
    }
    for folder in [folder, "\(folder)/checkpoints"] { AtomicFile.removeLeftovers(in: folder) }
    return lock
  }

  /// Writes the logs anew, so that they never tell of more than a checkpoint knows.
  static func writeHistory(_ history: [EpochMetrics], scales: Int, to folder: String) throws {
    let lines = try history.map { try JSON.text($0) + "\n" }
    try AtomicFile.write(lines.joined(), to: "\(folder)/metrics.jsonl")
    let table = MetricsTable(history, scales: scales)
    try AtomicFile.write(table.text, to: "\(folder)/metrics.csv")
  }

  static func write(_ value: some Encodable, _ folder: String, _ name: String) throws {
    try AtomicFile.write(try JSON.text(value, indented: true) + "\n", to: "\(folder)/\(name)")
  }

  static func makeCheckpointFolder(_ folder: String) throws(FileError) {
    try FileSystem.makeFolder("\(folder)/checkpoints")
  }

  static func modelPath(_ folder: String) -> String { "\(folder)/model.safetensors" }
  /// The last checkpoint, and the one before it for when that is damaged.
  static func checkpointPaths(_ folder: String) -> [String] {
    ["last", "previous"].map { "\(folder)/checkpoints/\($0).safetensors" }
  }
  static func bestPath(_ folder: String) -> String { "\(folder)/checkpoints/best.safetensors" }

  private static func read<Value: Decodable>(
    _ type: Value.Type, _ folder: String, _ name: String
  ) throws -> Value {
    guard FileSystem.exists("\(folder)/\(name)") else {
      throw RACNNError.unusableRun(
        path: folder, reason: "there is no \(name) in it",
        cure: "give the folder of a run that racnn train has made")
    }
    do {
      return try JSON.value(type, from: try content(folder, name))
    } catch let error as FileError {
      throw error
    } catch {
      throw damaged(folder, "\(name): \(error)")
    }
  }

  private static func content(_ folder: String, _ name: String) throws -> String {
    let file = try FileBytes("\(folder)/\(name)")
    return file.withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private static func damaged(_ folder: String, _ reason: String) -> RACNNError {
    .unusableRun(path: folder, reason: reason, cure: "the file is damaged; start a new run")
  }
}
