import Files
import Glibc
import RACNN

/// Models as users name them.
enum ModelFile {
  /// The model file that `path` means: itself, or that of the run whose folder it is.
  static func path(of path: String) throws -> String {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return path }
    return try Run(contentsOf: path).modelPath
  }

  /// The run that a model file belongs to, if it still lies in it.
  static func run(of model: String) -> Run? {
    let folder = FilePath.folder(of: model)
    guard FileSystem.exists(folder + "/config.json") else { return nil }
    return try? Run(contentsOf: folder)
  }
}
