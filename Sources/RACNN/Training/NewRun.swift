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
    made = try NewRun.makeFolders(folder)
    do {
      lock = try Run.lock(folder)
      guard Run.isFree(folder) else {
        let isRun = Run.exists("\(folder)/config.json")
        throw RACNNError.unusableRun(
          path: folder, reason: isRun ? "there is a run already" : "other files are there already",
          cure: (isRun ? "go on with it by --resume \(folder), or " : "") + "give another --output")
      }
      try Run.write(configuration, folder, "config.json")
    } catch {
      NewRun.removeFolders(made)
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
      NewRun.removeFolders(made)
      throw error
    }
  }

  /// Makes a folder and those above it; returns those that were not there.
  private static func makeFolders(_ path: String) throws(FileError) -> [String] {
    var made: [String] = []
    var partial = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      partial += part + "/"
      if mkdir(partial, 0o777) == 0 {
        made.append(partial)
      } else if errno != EEXIST {
        let reason = String(cString: strerror(errno))
        removeFolders(made)
        throw .unwritable(path: path, reason: reason)
      }
    }
    return made
  }

  private static func removeFolders(_ made: [String]) {
    for folder in made.reversed() { rmdir(folder) }
  }
}
