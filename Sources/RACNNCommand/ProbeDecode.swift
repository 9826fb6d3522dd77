import ArgumentParser
import Files
import Images

/// `racnn probe decode`: the size and the hash of the pixels of photos.
struct ProbeDecode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Decode photos and print the size and the hash of their pixels.",
    discussion: """
      A line a file, its fields separated by tabs: path, ok or error, width, height, SHA-256 of \
      the red, green and blue bytes of the upright photo row by row, message. Goes on after an \
      error, and exits with 1 if there was one.

      EXAMPLE:
        racnn probe decode photo.jpg
        find photos -type f | racnn probe decode -
      """)

  @Argument(help: "JPEG or PNG files; a lone - reads their paths from standard input.")
  var files: [String]

  func run() throws {
    try Probe.report(files, blanks: 3) { path in
      let photo = try Photo(contentsOf: path)
      Console.warn(of: photo, path)
      let image = photo.image
      return ["\(image.width)", "\(image.height)", SHA256.hex(of: image.pixels)]
    }
  }
}
