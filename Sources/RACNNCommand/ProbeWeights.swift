import ArgumentParser
import NeuralNetworks

/// `racnn probe weights`: the number of tensors in files of weights, and their hash.
struct ProbeWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Read files of weights and print the number and the hash of their tensors.",
    discussion: """
      A line a file, its fields separated by tabs: path, ok or error, number of tensors, SHA-256 \
      over their sorted names, shapes and values, message. Goes on after an error, and exits with \
      1 if there was one.

      EXAMPLE:
        racnn probe weights runs/birds-1/model.safetensors resnet18.pth
        find . -name '*.safetensors' | racnn probe weights -
      """)

  @Argument(help: "Safetensors or PyTorch files; a lone - reads their paths from standard input.")
  var files: [String]

  func run() throws {
    try Probe.report(files, blanks: 2) { path in
      let (tensors, sha256) = try WeightProbe.probe(path)
      return ["\(tensors)", sha256]
    }
  }
}
