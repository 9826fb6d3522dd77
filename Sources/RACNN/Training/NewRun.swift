internal import Files
internal import Glibc

/// The folder of a run that begins: with its settings in it, so that from its first moment on the
/// run can be gone on with.
struct NewRun {
  private let folder: String
  /// The folders that were made for it, outermost first.
  private let made: [String]
  private let lock: FolderLock

  init(_ configuration: TrainingConfiguration) throws {
    folder = configuration.output
    made = try FileSystem.makeFolder(folder)
    do {
      lock = try Run.lock(folder)
      guard Run.isFree(folder) else {
        let isRun = FileSystem.exists("\(folder)/config.json")
        throw RACNNError.unusableRun(
          path: folder, reason: isRun ? "there is a run already" : "other files are there already",
          cure: (isRun ? "go on with it by --resume \(folder), or " : "") + "give another --output")
      }
      try Run.write(configuration, folder, "config.json")
    } catch {
      FileSystem.removeFolders(made)
      throw error
    }
  }

  /// Keeps others out of the folder while `body` prepares the training; takes all back when that
  /// fails, unless the user stops it: then it can be gone on with.
  func prepare<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch RACNNError.cancelled(let run) {
      throw RACNNError.cancelled(run: run)
    } catch {
      for name in ["splits.json", "config.json"] { unlink("\(folder)/\(name)") }
      rmdir("\(folder)/checkpoints")
      FileSystem.removeFolders(made)
      throw error
    }
  }
}
