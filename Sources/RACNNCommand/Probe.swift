import ArgumentParser

/// `racnn probe`: reads files and says what is in them, one line each.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read files and print a line each with what is in them.",
    discussion: """
      EXAMPLE:
        racnn probe decode photo.jpg
        find photos -name '*.jpg' | racnn probe decode -
        racnn probe weights model.safetensors network.pth
      """,
    subcommands: [ProbeDecode.self, ProbeWeights.self])

  /// Prints a line for each file and goes on after an error.
  ///
  /// - Parameters:
  ///   - files: The paths; a lone `-` stands for those on standard input, one a line.
  ///   - blanks: How many fields `read` gives, which stay empty where it fails.
  ///   - read: The fields of a file.
  /// - Throws: `ExitCode.failure` after the last file, if one could not be read.
  static func report(
    _ files: [String], blanks: Int, _ read: (String) throws -> [String]
  ) throws {
    var succeeded = true
    func probe(_ path: String) throws {
      var fields = [path]
      do {
        fields += ["ok"] + (try read(path)) + [""]
      } catch {
        succeeded = false
        fields += ["error"] + Array(repeating: "", count: blanks) + ["\(error)"]
      }
      try Console.line(fields.map(Console.inOneLine).joined(separator: "\t"))
    }
    if files == ["-"] {
      while let path = readLine() { try probe(path) }
    } else {
      for path in files { try probe(path) }
    }
    if !succeeded { throw ExitCode.failure }
  }
}
