internal import Glibc
public import NeuralNetworks

/// Finds the weights that come with the package.
///
/// SwiftPM copies them into `racnn_RACNN.resources`, beside every executable that uses this library.
/// Its own accessor, `Bundle.module`, ends the process when that folder is not there, so it is
/// looked for here: an executable that was moved gives an error that says what to do.
public enum EmbeddedWeights {
  /// The environment variable that names a folder with weights, which is looked at first.
  public static let environmentVariable = "RACNN_MODELS"

  /// The file with the weights of `architecture`, such as `tf_efficientnet_lite0`.
  ///
  /// - Throws: `WeightsError.notInstalled`, naming the folders where it was looked for.
  public static func path(for architecture: String) throws(WeightsError) -> String {
    try path(for: architecture, in: folders)
  }

  /// As `path(for:)`; nil where there is no such file.
  public static func find(_ architecture: String) -> String? {
    try? path(for: architecture)
  }

  /// The file with the weights of a backbone; nil where none need be.
  static func path(for backbone: BackboneArchitecture) throws(WeightsError) -> String? {
    backbone.comesWithWeights ? try path(for: backbone.rawValue) : find(backbone.rawValue)
  }

  static func path(
    for architecture: String, in folders: [String]
  ) throws(WeightsError) -> String {
    let paths = folders.map { folder in "\(folder)/\(architecture).safetensors" }
    let path = paths.first { path in access(path, R_OK) == 0 }
    guard let path else { throw .notInstalled(architecture: architecture, folders: folders) }
    return path
  }

  /// Where weights are looked for, in this order.
  static var folders: [String] {
    var folders: [String] = []
    if let value = getenv(environmentVariable), value.pointee != 0 {
      folders.append(String(cString: value))
    }
    if let folder = executableFolder {
      folders += ["\(folder)/racnn_RACNN.resources", folder, "\(folder)/../share/racnn"]
    }
    return folders
  }

  /// The folder of the running executable; symbolic links to it are followed.
  private static var executableFolder: String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let path = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
    guard count < buffer.count, let slash = path.lastIndex(of: UInt8(ascii: "/"))
    else { return nil }
    return String(decoding: path[..<slash], as: UTF8.self)
  }
}

extension BackboneArchitecture {
  /// Whether the package has weights of it.
  var comesWithWeights: Bool { self == .tfEfficientNetLite0 }
}
