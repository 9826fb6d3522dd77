import ArgumentParser
import Files
import Glibc
import RACNN

/// The parts of a path.
enum FilePath {
  /// What stands before the last slash; `.` where there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What stands after the last slash, but for slashes at the end.
  static func name(of path: String) -> String {
    String(path.split(separator: "/").last ?? "/")
  }

  /// Whether `path` leads to a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The path without links and dots, by which two of them can be told to lead to one place; nil
  /// where there is nothing.
  static func resolved(_ path: String) -> String? {
    guard let result = realpath(path, nil) else { return nil }
    defer { free(result) }
    return String(cString: result)
  }
}

/// The processors of this machine.
enum Processors {
  /// How many may be used, at least 1.
  static var count: Int {
    min(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), TrainingConfiguration.mostThreads)
  }

  /// Throws where `--threads` was given and is no number of threads.
  static func check(_ threads: Int?) throws(ValidationError) {
    let most = TrainingConfiguration.mostThreads
    guard let threads, !(1...most).contains(threads) else { return }
    throw ValidationError("--threads must be 1 to \(most)")
  }
}
