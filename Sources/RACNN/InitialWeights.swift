internal import NeuralNetworks

/// Gives every backbone the weights of a file that holds one network, such as timm's.
enum InitialWeights {
  /// How the classifiers of the networks begin that timm names; ours are trained anew.
  private static let classifiers = ["classifier.", "fc.", "head.", "pre_logits."]

  /// Opens `path`, or what is embedded for the backbone when it is nil, and makes sure that they fit it.
  ///
  /// - Returns: Nil without a path where none are embedded.
  /// - Throws: `WeightsError`: `notInstalled` when those that come with the package are not there, for a
  ///   training without them would take as long, and learn a fraction.
  static func open(
    _ path: String?, for backbone: BackboneArchitecture
  ) throws -> (any WeightSource)? {
    guard let path = try path ?? EmbeddedWeights.path(for: backbone) else { return nil }
    let file = try WeightFile.open(path)
    let store = ParameterStore(seed: 0, initializes: false)
    _ = backbone.make(store.scope("backbone"))
    try load(file, into: store, "backbone")
    return file
  }

  /// Loads them into each of a network's backbones.
  static func load(
    _ file: any WeightSource, into model: RecurrentAttentionCNN
  ) throws(WeightsError) {
    for index in model.scales.indices where index == 0 || !model.configuration.sharesBackbone {
      try load(file, into: model.store, "scales.\(index).backbone")
    }
  }

  private static func load(
    _ file: any WeightSource, into store: ParameterStore, _ place: String
  ) throws(WeightsError) {
    try store.load(
      file, into: place,
      allowingUnexpected: { name in classifiers.contains { name.hasPrefix($0) } })
  }

  /// Whether a training begins with weights.
  static func exist(for configuration: TrainingConfiguration) -> Bool {
    configuration.weights != nil || configuration.backbone.comesWithWeights
      || EmbeddedWeights.find(configuration.backbone.rawValue) != nil
  }
}
