internal import ImageDatasets
package import NeuralNetworks

extension RecurrentAttentionCNN {
  /// The version of the model files that are written, and the latest that is read.
  public static let formatVersion = 1

  /// Loads a network from a file that `save(to:)` wrote; nothing else is needed.
  ///
  /// - Throws: `RACNNError.unusableModel` when the file is a weight file but no model of ours, and
  ///   `WeightsError` when it cannot be read or its arrays do not fit.
  public convenience init(contentsOf path: String) throws {
    try self.init(contentsOf: path) { configuration, scope in configuration.backbone.make(scope) }
  }

  package convenience init(
    contentsOf path: String,
    makeBackbone: (ModelConfiguration, ParameterScope) -> any Backbone
  ) throws {
    let file = try SafetensorsFile(contentsOf: path)
    try file.verifyChecksum()
    let configuration = try RecurrentAttentionCNN.configuration(of: file)
    let store = ParameterStore(seed: 0, initializes: false)
    self.init(configuration, store: store) { makeBackbone(configuration, $0) }
    try store.load(file, lending: true)
  }

  /// Writes the parameters and all that is needed to use them to the file at `path`: floats, but for
  /// the weights of the APNs' dense layers, which are rounded to 8 bits.
  public func save(to path: String) throws {
    try SafetensorsFile.write(
      store.snapshot(), metadata: try metadata(), to: path,
      quantized: Set(scales.compactMap { $0.proposal?.quantizedWeights }))
  }

  /// Sets the parameters to those of a file that `save(to:)` of this network wrote.
  func load(contentsOf path: String) throws {
    try store.load(try SafetensorsFile(contentsOf: path))
  }

  /// What the model file says beside the parameters. The whole configuration is in
  /// `configuration`; the other keys are for other readers.
  func metadata() throws -> [String: String] {
    var configuration = self.configuration
    configuration.boxPolicy = boxPolicy
    configuration.framing = framing
    configuration.decision = decision
    return [
      "format": "racnn",
      "format_version": String(RecurrentAttentionCNN.formatVersion),
      "architecture": configuration.backbone.rawValue,
      "class_names": try JSON.text(configuration.classNames),
      "preprocessing": try JSON.text(configuration.normalization),
      "input_sizes": try JSON.text(configuration.inputSizes),
      "source_size": String(configuration.sourceSize),
      "configuration": try JSON.text(configuration),
    ]
  }

  private static func configuration(of file: SafetensorsFile) throws -> ModelConfiguration {
    func unusable(_ reason: String) -> RACNNError {
      .unusableModel(path: file.path, reason: reason)
    }
    guard file.metadata["format"] == "racnn", let text = file.metadata["configuration"] else {
      throw unusable("it holds weights but no RA-CNN model")
    }
    let version = file.metadata["format_version"] ?? "none"
    guard version == String(formatVersion) else {
      throw unusable("its format version is \(version), and this program reads \(formatVersion)")
    }
    let configuration: ModelConfiguration
    do {
      configuration = try JSON.value(ModelConfiguration.self, from: text)
    } catch {
      throw unusable("its configuration cannot be read (\(error))")
    }
    guard let problem = configuration.problem else { return configuration }
    throw unusable("its configuration makes no sense: \(problem)")
  }
}

extension ModelConfiguration {
  /// What would make a network of this impossible; nil when all is well.
  var problem: String? {
    if classNames.isEmpty { return "there are no classes" }
    if inputSizes.isEmpty || inputSizes.count > 8 { return "\(inputSizes.count) scales" }
    if !inputSizes.allSatisfy({ (backbone.leastSide...8192).contains($0) }) {
      return "input sizes \(inputSizes)"
    }
    if !inputSizes.allSatisfy({ $0 % backbone.patch == 0 }) { return "input sizes \(inputSizes)" }
    if !(1...16384).contains(sourceSize) { return "source size \(sourceSize)" }
    if let proposalWidth, !(1...65536).contains(proposalWidth) {
      return "proposal width \(proposalWidth)"
    }
    if let maskSharpness, !(maskSharpness > 0 && maskSharpness.isFinite) {
      return "mask sharpness \(maskSharpness)"
    }
    if let initialHalfSide, !(initialHalfSide > 0 && initialHalfSide <= 0.5) {
      return "initial half-side \(initialHalfSide)"
    }
    if let problem = decision?.problem(scales: inputSizes.count, fuses: fuses) {
      return "decision, \(problem)"
    }
    if normalization.mean.count != 3 || normalization.deviation.count != 3
      || normalization.deviation.contains(where: { !($0 > 0) })
    {
      return "normalization"
    }
    return nil
  }
}
