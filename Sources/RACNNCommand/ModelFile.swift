import Files
import RACNN

/// Models as users name them.
enum ModelFile {
  /// The model file that `path` means: itself, or that of the run whose folder it is.
  static func path(of path: String) throws -> String {
    guard FilePath.isFolder(path) else { return path }
    let run = try Run(contentsOf: path)
    guard run.isFinished else {
      throw RACNNError.unusableRun(
        path: path, reason: "its training is not finished",
        cure: "go on with it: racnn train --resume \(Text.shellQuoted(path))")
    }
    return run.modelPath
  }

  /// The run that a model file belongs to, if it still lies in it.
  static func run(of model: String) -> Run? {
    let folder = FilePath.folder(of: model)
    guard FileSystem.exists(folder + "/config.json") else { return nil }
    return try? Run(contentsOf: folder)
  }
}
