internal import ImageDatasets
internal import NeuralNetworks
internal import Tensors

extension Trainer {
  /// What a stage does.
  func phase(of stage: Stage) -> any Phase {
    let isAlternation = stage.phase == .alternate
    let factor = isAlternation ? configuration.alternationFactor : 1
    let rates = Rates(
      body: configuration.bodyRate * factor, head: configuration.headRate * factor,
      proposal: isAlternation ? configuration.rankingRate : configuration.proposalRate,
      weightDecay: configuration.weightDecay, labelSmoothing: configuration.labelSmoothing)
    switch (stage.phase, stage.part) {
    case (.heads, _): return HeadsPhase(model, scale: stage.scales[0], rates)
    case (.propose, _): return ProposePhase(model, scale: stage.scales[0], rates)
    case (.alternate, .proposals): return RankPhase(model, rates)
    case (.alternate, _): return ClassifyPhase(model, scales: stage.scales, rates)
    case (.classify, _), (.fuse, _):
      return ClassifyPhase(model, scales: stage.scales, rates, jitter: BoxJitter())
    }
  }

  /// Where the network looks in a phase: at initial boxes until the APNs have been taught them.
  func policy(of phase: TrainingPhase) -> BoxPolicy {
    switch phase {
    case .heads, .classify: .initial
    case .propose, .alternate, .fuse:
      stages.contains { $0.stage.phase == .propose } ? .learned : .initial
    }
  }

  /// The first stage in which a scale learns, where it learns by itself.
  private func first(ofScale scale: Int) -> Stage? {
    stages.map(\.stage).first {
      ($0.phase == .heads || $0.phase == .classify) && $0.scales == [scale]
    }
  }

  /// How many scales there are to speak of in a stage: those whose classifiers were trained.
  func trainedScales(_ stage: Stage) -> Int {
    switch stage.phase {
    case .heads, .classify: stage.scales.max() ?? 1
    case .propose, .alternate, .fuse: model.scales.count
    }
  }

  /// Whether each scale's backbone began with weights from a file.
  private var beganWithWeights: Bool {
    state.isPretrained ?? InitialWeights.exist(for: configuration)
  }

  /// What happens once as a stage begins.
  func enter(_ stage: Stage) throws {
    (state.step, state.bestLosses, state.staleEpochs, state.hasImproved) = (0, nil, 0, false)
    best = []
    if let scale = stage.scales.first, scale > 1, !beganWithWeights, stage == first(ofScale: scale)
    {
      // A zoom's network begins with what the one before it has learned, unless it knows more than
      // nothing already: networks that learned on their own err on other photos. On CUB's training
      // photos (128 pixels, 450 learned, 150 held out, 2 splits) the mean of three scales was right
      // for 83.1 % so, and for 80 % when each began with the one before it.
      copy("scales.\(scale - 2).backbone", to: "scales.\(scale - 1).backbone")
      copy("scales.\(scale - 2).classifier", to: "scales.\(scale - 1).classifier")
    } else if stage.phase == .classify, stage.scales.count > 1 {
      for scale in 1..<model.scales.count {
        copy("scales.0.classifier", to: "scales.\(scale).classifier")
      }
    }
    if stage.phase == .classify, configuration.plan.stepsToLearn != nil {
      // What it begins again from, if it has to.
      best = ParameterStore.snapshot(of: phase(of: stage).groups.flatMap(\.parameters))
    }
    if stage.phase == .alternate {
      if stage.part == .classifiers { state.roundImproved = false }
      // What the stage must better to count as a change.
      if let tally = try validate(stage) { state.bestLosses = losses(of: stage, tally) }
      best = ParameterStore.snapshot(of: phase(of: stage).groups.flatMap(\.parameters))
    }
  }

  /// What happens once as a stage ends; the state is set to the next one.
  ///
  /// - Parameter collapse: How its boxes have become useless, if they have.
  func leave(_ stage: Stage, collapse: TrainingWarning? = nil) throws(WeightsError) {
    if let collapse {
      try model.store.restore(best)
      state.isSettled = true
      progress(
        .note(
          "Boxes collapsed (\(collapse.rawValue)): training goes on from the last good ones, and the"
            + " alternation ends."))
    } else if stage.phase == .alternate {
      if state.bestLosses != nil { try model.store.restore(best) }
      if state.hasImproved { state.roundImproved = true }
      if stage.part == .proposals, state.bestLosses != nil, !state.roundImproved {
        state.isSettled = true
        progress(
          .note(
            "The alternation ends after round \(stage.round ?? 1): neither half lowered the "
              + "validation loss beyond chance."))
      }
    }
    best = []
    state.stage += 1
    (state.epoch, state.batch, state.step) = (0, 0, 0)
    (state.addedCycles, state.restarts) = (nil, nil)
    (state.bestLosses, state.staleEpochs, state.hasImproved) = (nil, 0, false)
  }

  /// How the boxes of an alternation have become useless in an epoch, if they were not so before the
  /// ranking loss moved them.
  func collapse(in metrics: EpochMetrics) -> TrainingWarning? {
    guard metrics.stage.part == .proposals else { return nil }
    return warnings(of: metrics).first(where: \.isCollapse)
  }

  /// The warnings that an epoch deserves by what it learned.
  func warnings(of metrics: EpochMetrics) -> [TrainingWarning] {
    let taught = state.history.reversed().filter { $0.stage.phase == .propose }.flatMap(\.boxes)
    return TrainingWarning.found(
      in: metrics, classes: dataset.classNames.count, taught: taught)
  }

  private func copy(_ source: String, to target: String) {
    for parameter in model.store.parameters(under: source) {
      let name = target + parameter.name.dropFirst(source.count)
      model.store[name]?.value = parameter.value
    }
  }

  /// Scores the network on the validation split as far as it is trained; nil when that is empty.
  /// Cancelled, it leaves all as it was.
  func validate(_ stage: Stage) throws -> Tally? {
    let samples = dataset.samples[.validation] ?? []
    guard !samples.isEmpty else { return nil }
    var tally = Tally(classes: dataset.classNames.count)
    var batches = loader(samples, augmentation: nil).epoch(0)
    while let batch = try batches.next() {
      try stopIfCancelled()
      withoutTape {
        let views = model.look(batch.tensor(), scales: trainedScales(stage))
        let output =
          stage.phase == .fuse
          ? model.output(of: views)
          : RecurrentAttentionCNN.Output(
            views: views, fused: nil,
            decision: .uncalibrated(scales: views.count, fuses: false))
        tally.add(output, labels: batch.labels)
        guard stage.phase == .propose else { return }
        let index = stage.scales[0] - 1
        guard let proposal = model.scales[index].proposal else { return }
        let target = model.initialBox(for: views[index]).values
        let difference = proposal(views[index].features).values - target
        tally.add(difference.squared().sum([1]), "proposal")
      }
      guard tally.isFinite else {
        throw diverged(
          "the validation loss", in: stage, step: state.batch, batch.indices.map { samples[$0] })
      }
    }
    return tally
  }

  /// What a stage is to lower on photos that it does not learn, a number each.
  func losses(of stage: Stage, _ tally: Tally) -> [Double] {
    func classification(_ scales: [Int]) -> [String] { scales.map { "classification \($0)" } }
    let parts =
      switch stage.phase {
      case .heads, .classify: classification(stage.scales)
      case .propose: ["proposal"]
      // The paper's whole loss, for both halves alike.
      case .alternate: classification(Array(1...model.scales.count)) + ["ranking"]
      case .fuse: ["decision"]
      }
    return parts.compactMap { tally.photoLosses[$0] }
      .reduce([Double](repeating: 0, count: tally.count)) { zip($0, $1).map(+) }
  }

  /// Batches of photos that are not learned.
  func loader(_ samples: [Sample], augmentation: Augmentation?) -> BatchLoader {
    BatchLoader(
      dataset: dataset, samples: samples, cache: cache, batchSize: configuration.batchSize,
      normalization: model.configuration.normalization, augmentation: augmentation,
      framing: model.framing, shuffles: false, seed: configuration.seed,
      threads: configuration.decodingThreads)
  }
}
