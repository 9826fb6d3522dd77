import Files
import NeuralNetworks
import Testing

/// Arrays of one element, by name.
private struct Names: WeightSource {
  var names: [String]

  func array(_ name: String) throws(WeightsError) -> WeightArray {
    guard names.contains(name) else { throw .missing(path: path, name: name) }
    return WeightArray(shape: [1], values: [1])
  }
}

@Suite struct WeightConversionTests {
  /// The names that the package efficientnet_lite_pytorch 0.1.0 gives its layers.
  private static let theirs: [String] = {
    func norm(_ name: String) -> [String] {
      ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
        .map { "\(name).\($0)" }
    }
    var names = ["_conv_stem.weight", "_conv_head.weight", "_fc.weight", "_fc.bias"]
    names += norm("_bn0") + norm("_bn1")
    for i in 0..<16 {
      for j in (i == 0 ? 1 : 0)...2 { names += norm("_blocks.\(i)._bn\(j)") }
      if i > 0 { names.append("_blocks.\(i)._expand_conv.weight") }
      names += ["_blocks.\(i)._depthwise_conv.weight", "_blocks.\(i)._project_conv.weight"]
    }
    return names
  }()

  @Test func efficientNetLite0() throws {
    let names = try WeightConversion.efficientNetLite0(Names(names: Self.theirs)).map(\.0)
    #expect(names.count == 247)
    #expect(Set(names).count == 247)
    #expect(
      names[..<12] == [
        "conv_stem.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "blocks.0.0.conv_dw.weight", "blocks.0.0.bn1.weight", "blocks.0.0.bn1.bias",
        "blocks.0.0.bn1.running_mean", "blocks.0.0.bn1.running_var", "blocks.0.0.conv_pw.weight",
        "blocks.0.0.bn2.weight",
      ])
    #expect(names.contains("blocks.5.3.conv_pwl.weight"))
    #expect(names.contains("blocks.6.0.bn3.running_var"))
    #expect(Array(names.suffix(2)) == ["classifier.weight", "classifier.bias"])
  }

  @Test func otherNetworksAreRefused() {
    let without = Self.theirs.filter { $0 != "_blocks.7._bn1.bias" }
    #expect(
      throws: WeightsError.missing(path: "the arrays in memory", name: "_blocks.7._bn1.bias")
    ) { try WeightConversion.efficientNetLite0(Names(names: without)) }
    #expect(throws: WeightsError.unexpected(path: "the arrays in memory", name: "_se.weight")) {
      try WeightConversion.efficientNetLite0(Names(names: Self.theirs + ["_se.weight"]))
    }
  }

  /// Takes a file of the package's names through the whole import.
  @Test func importsFiles() throws {
    try WeightFiles.withFolder { folder in
      let arrays = Self.theirs.map { ($0, WeightArray(shape: [2], values: [0, 1])) }
      try SafetensorsFile.write(arrays, metadata: [:], to: folder + "/theirs")
      #expect(throws: WeightsError.self) {
        try WeightImport.convert(folder + "/theirs", classNames: ["a"], to: folder + "/ours")
      }
      #expect(!WeightFiles.exists(folder + "/ours"))
      try WeightImport.convert(folder + "/theirs", classNames: ["a", "b\""], to: folder + "/ours")
      let file = try SafetensorsFile(contentsOf: folder + "/ours")
      #expect(file.names.count == 247)
      #expect(file.metadata["architecture"] == "tf_efficientnet_lite0")
      #expect(try file.strings("class_names") == ["a", "b\""])
      try file.verifyChecksum()
      #expect(throws: WeightsError.self) {
        try WeightImport.convert(folder + "/ours", classNames: ["a", "b"], to: folder + "/x")
      }
    }
  }

  /// The file in the repository is what its documentation says.
  @Test func committedWeights() throws {
    let models = WeightFiles.package + "/models"
    let path = models + "/tf_efficientnet_lite0.safetensors"
    let file = try SafetensorsFile(contentsOf: path)
    #expect(try FileReader.text(models + "/README.md").contains(SHA256.hex(ofFile: path)))
    let classes = try FileReader.text(models + "/imagenet_classes.txt").split(separator: "\n")
    #expect(try file.strings("class_names") == classes.map(String.init))
    #expect(try file.array("classifier.bias").shape == [classes.count])
    #expect(file.names.count == 247)
  }
}
