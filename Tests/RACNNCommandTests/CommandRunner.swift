import Foundation

/// The built `racnn`, run as a user runs it.
enum CommandRunner {
  /// What a run has left behind.
  struct Outcome {
    /// The exit code; a signal's number where one ended it.
    var code: Int32
    /// All of standard output.
    var output: String
    /// All of standard error.
    var errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// The executable, which the build puts beside the tests.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("racnn")

  /// A process of `racnn` with `arguments` in `folder`, its output going to files there.
  static func start(
    _ arguments: [String], in folder: TemporaryFolder, input: String? = nil, output: String? = nil,
    executable: URL = CommandRunner.executable
  ) throws -> Running {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    // Files, not pipes: a full pipe that nobody reads would stop the command.
    let errors = folder.path + "/.stderr"
    let output = output ?? folder.path + "/.stdout"
    for path in [output, errors] where !path.hasPrefix("/dev/") {
      try Data().write(to: URL(fileURLWithPath: path))
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    let source = folder.path + "/.stdin"
    try Data((input ?? "").utf8).write(to: URL(fileURLWithPath: source))
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
    try process.run()
    return Running(process: process, output: output, errors: errors)
  }

  /// A command that may be running still.
  struct Running {
    let process: Process
    fileprivate let output: String
    fileprivate let errors: String

    /// What it has printed so far.
    var outputSoFar: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }

    /// Waits for its end.
    func finish() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        code: process.terminationStatus, output: output == "/dev/full" ? "" : outputSoFar,
        errors: try String(contentsOfFile: errors, encoding: .utf8))
    }
  }

  /// Runs `racnn` with `arguments` to its end.
  static func run(
    _ arguments: [String], in folder: TemporaryFolder, input: String? = nil, output: String? = nil,
    executable: URL = CommandRunner.executable
  ) throws -> Outcome {
    try start(arguments, in: folder, input: input, output: output, executable: executable).finish()
  }
}

/// A folder that goes when the value does.
final class TemporaryFolder {
  /// Its absolute path.
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "racnn-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Whether there is a file or folder of that name with something in it.
  func holds(_ name: String) -> Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
    return (attributes?[.size] as? Int ?? 0) > 0
  }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  /// The text of a file.
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// Writes a file.
  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }
}
