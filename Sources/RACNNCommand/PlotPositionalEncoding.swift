import ArgumentParser
import Files
import Images
import NeuralNetworks
import Tensors

/// `racnn plot positional-encoding`: the sines and cosines as a heat map.
struct PlotPositionalEncoding: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "positional-encoding",
    abstract: "Draw the sinusoidal positional encoding as a heat map.",
    discussion: """
      A row is a position, a column one of the values that are added to the token there.

      EXAMPLE:
        racnn plot positional-encoding --length 100 --width 128 --output encoding.png
        racnn plot positional-encoding --zero-pad --scale
      """)

  @Option(help: "Positions.")
  var length = 100

  @Option(help: "Values a position.")
  var width = 128

  @Flag(help: "Let the first row be zeros.")
  var zeroPad = false

  @Flag(help: "Multiply by the square root of the width.")
  var scale = false

  @Option(help: "The PNG file to write.", completion: .file(extensions: ["png"]))
  var output = "positional-encoding.png"

  func validate() throws {
    guard (1...4096).contains(length), (1...4096).contains(width) else {
      throw ValidationError("--length and --width must be 1 to 4096")
    }
  }

  func run() throws {
    let encoding = SinusoidalEncoding(width: width, zeroPad: zeroPad, scale: scale)
    let options = (zeroPad ? ", first row zero" : "") + (scale ? ", times sqrt(\(width))" : "")
    let picture = HeatMap(
      values: encoding.table(length: length).values, rows: length, columns: width,
      title: "positional encoding, \(length) x \(width)\(options)", columnLabel: "dimension",
      rowLabel: "position"
    ).rendered()
    try AtomicFile.write(picture.pngData(), to: output)
    try Console.line("\(output): \(picture.width) x \(picture.height) pixels")
  }
}
