internal import NeuralNetworks

/// Gives every backbone the weights of a file that holds one network, such as timm's.
enum InitialWeights {
  /// How the classifiers of the networks begin that timm names; ours are trained anew.
  private static let classifiers = ["classifier.", "fc.", "head.", "pre_logits."]

  /// Loads `path`, or what is embedded for the backbone when it is nil.
  ///
  /// - Returns: Whether there were weights; without a path there may be none embedded.
  /// - Throws: `WeightsError.notInstalled` when those that come with the package are not there: a training
  ///   without them would take as long, and learn a fraction.
  static func load(_ path: String?, into model: RecurrentAttentionCNN) throws -> Bool {
    let backbone = model.configuration.backbone
    guard let path = try path ?? EmbeddedWeights.path(for: backbone) else { return false }
    let file = try WeightFile.open(path)
    for index in model.scales.indices where index == 0 || !model.configuration.sharesBackbone {
      try model.store.load(
        file, into: "scales.\(index).backbone",
        allowingUnexpected: { name in classifiers.contains { name.hasPrefix($0) } })
    }
    return true
  }

  /// Whether a training begins with weights.
  static func exist(for configuration: TrainingConfiguration) -> Bool {
    configuration.weights != nil || configuration.backbone.comesWithWeights
      || EmbeddedWeights.find(configuration.backbone.rawValue) != nil
  }
}
