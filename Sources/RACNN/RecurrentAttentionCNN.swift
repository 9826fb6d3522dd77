public import ImageDatasets
public import NeuralNetworks
public import Tensors

/// A network that looks, zooms in on what tells most, looks again, and decides from all views.
///
/// Fu, Zheng, Mei, "Look Closer to See Better: Recurrent Attention Convolutional Neural Network for
/// Fine-grained Image Recognition", CVPR 2017. What differs: the backbone is light by default, boxes
/// lie inside their parents by construction, crops are sampled from the source and not from the
/// scale above, and the gradient of the crop is exact.
public final class RecurrentAttentionCNN {
  /// What all scales see and say.
  public struct Output {
    /// One view a scale.
    public let views: [View]
    /// The fusion layer's logits `[N, classes]`; nil in a network without one, and where not all
    /// scales have looked.
    public let fused: Tensor?
    /// How the scales decide together.
    public let decision: Decision

    /// The decision, `[N, classes]`.
    public var probabilities: Tensor { decision.probabilities(views.map(\.logits), fused: fused) }

    /// The most likely classes by who says so: `1`, `2`, ... a scale alone; `1+2`, ... the mean of
    /// two, and so on; of all scales the decision, whose rule is `decision`'s; and in a network that
    /// has a fusion layer `mean`, `logits` and `fusion`, what each rule would give.
    package var answers: [String: [Int]] {
      var answers = [Combination.first(views.count): probabilities.argmax()]
      guard views.count > 1 else { return answers }
      for (index, view) in views.enumerated() { answers["\(index + 1)"] = view.logits.argmax() }
      for scales in 2..<views.count {
        answers[Combination.first(scales)] = meanProbabilities(scales: scales).argmax()
      }
      if let fused {
        answers[Combination.mean] = meanProbabilities(scales: views.count).argmax()
        let logits = views.map(\.logits)
        answers[Combination.logits] = logits.dropFirst().reduce(logits[0], +).argmax()
        answers[Combination.fusion] = fused.argmax()
      }
      return answers
    }

    /// Whether each photo's answer is its class, by who says so.
    func right(_ labels: [Int]) -> [String: [Bool]] {
      answers.mapValues { zip($0, labels).map { $0 == $1 } }
    }

    /// The mean of the first scales' probabilities, `[N, classes]`.
    public func meanProbabilities(scales: Int) -> Tensor {
      Decision.mean(
        views.prefix(scales).map(\.logits),
        weights: [Float](repeating: 1 / Float(scales), count: scales))
    }
  }

  /// All that makes up the network but its parameters.
  public let configuration: ModelConfiguration
  /// The parameters by name.
  public let store: ParameterStore
  /// The scales, the whole source's first.
  public let scales: [Scale]
  /// The classifier on the descriptors of all scales; nil where the mean decides.
  public let fusion: Fusion?
  /// Where the network looks next; at first as configured.
  public var boxPolicy: BoxPolicy
  /// Which part of a photo the network is to be shown; at first as configured.
  public var framing: Framing
  /// How the scales decide together; at first as configured.
  public var decision: Decision

  /// Makes a network with the initial parameters of `seed`.
  public convenience init(_ configuration: ModelConfiguration, seed: UInt64) {
    self.init(
      configuration, store: ParameterStore(seed: seed),
      makeBackbone: configuration.backbone.make)
  }

  /// Makes a network in `store`, of any backbones.
  package init(
    _ configuration: ModelConfiguration, store: ParameterStore,
    makeBackbone: (ParameterScope) -> any Backbone
  ) {
    self.configuration = configuration
    self.store = store
    boxPolicy = configuration.boxPolicy
    framing = configuration.framing ?? .middle
    decision =
      configuration.decision
      ?? .uncalibrated(scales: configuration.inputSizes.count, fuses: configuration.fuses)
    let classes = configuration.classNames.count
    let last = configuration.inputSizes.count - 1
    var scales: [Scale] = []
    for (index, size) in configuration.inputSizes.enumerated() {
      let scope = store.scope("scales")(index)
      let shared = configuration.sharesBackbone ? scales.first?.backbone : nil
      let backbone = shared ?? makeBackbone(scope("backbone"))
      let classifier = Linear(scope("classifier"), inputs: backbone.channels, outputs: classes)
      let proposal = configuration.proposalWidth.flatMap { width in
        index == last
          ? nil
          : AttentionProposalNetwork(
            scope("proposal"), kind: configuration.proposal ?? .dense,
            channels: backbone.channels,
            side: (size + backbone.stride - 1) / backbone.stride, width: width,
            halfSide: configuration.initialHalfSide ?? InitialBox.paperHalfSide)
      }
      scales.append(
        Scale(
          crop: AttentionCrop(
            size: size, scale: index, sharpness: configuration.maskSharpness,
            gradient: configuration.boxGradient ?? .exact),
          backbone: backbone, classifier: classifier, proposal: proposal))
    }
    self.scales = scales
    fusion =
      configuration.fuses
      ? Fusion(
        store.scope("fusion"), kind: configuration.fusion ?? .linear,
        channels: scales.map(\.backbone.channels), classes: classes) : nil
  }

  /// Looks at `source [N, 3, S, S]`, the normalised photos, at every scale.
  public func callAsFunction(_ source: Tensor) -> Output {
    output(of: look(source, scales: scales.count))
  }

  /// The first `count` views.
  func look(_ source: Tensor, scales count: Int) -> [View] {
    look(source, scales: count, next: nextBox)
  }

  /// The same with boxes, in units of the source's side, that a closure gives after each view.
  ///
  /// - Parameter first: Scale 1's view where it is known, which is the same whatever comes after.
  func look(
    _ source: Tensor, scales count: Int, first: View? = nil,
    next: (_ view: View, _ scale: Int) -> Box
  ) -> [View] {
    var views = [first ?? scales[0](source, .whole(count: source.shape[0]))]
    for index in 1..<max(1, count) {
      views.append(scales[index](source, next(views[index - 1], index - 1)))
    }
    return views
  }

  /// What the first scales' views, or those of all, come to.
  func output(of views: [View]) -> Output {
    let isWhole = views.count == scales.count
    return Output(
      views: views, fused: isWhole ? fusion.map { $0($0.input(views)) } : nil, decision: decision)
  }

  /// Where to look after `view` of scale `index`, in units of the source's side.
  func nextBox(after view: View, scale index: Int) -> Box {
    view.box.zoomed(into: proposedBox(after: view, scale: index))
  }

  /// Where to look after `view` of scale `index`, in units of that view's side.
  func proposedBox(after view: View, scale index: Int) -> Box {
    switch boxPolicy {
    case .learned:
      scales[index].proposal?(view.features) ?? initialBox(for: view)
    case .initial: initialBox(for: view)
    case .center:
      .centered(count: view.box.values.shape[0], halfSide: initialHalfSide)
    }
  }

  private var initialHalfSide: Float {
    configuration.initialHalfSide ?? InitialBox.paperHalfSide
  }

  /// Where an APN is first taught to look, given what its scale sees, in units of that view's side.
  func initialBox(for view: View) -> Box {
    InitialBox.boxes(response: view.response(), halfSide: initialHalfSide)
  }
}
