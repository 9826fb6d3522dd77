internal import ImageDatasets
internal import NeuralNetworks
internal import Tensors

extension Trainer {
  /// Fits the fusion layer, if there is one, and finds how the scales decide; see `FusionFit`,
  /// `DecisionSearch`.
  /// Cancelled, it leaves the checkpoint of its beginning.
  func fuse(_ planned: PlannedStage) throws {
    let (wall, cpu) = (Clock.wall, Clock.cpu)
    model.boxPolicy = policy(of: .fuse)
    progress(.stageStarted(planned.stage, epochs: 1))
    let rates = Rates(head: 1e-3)
    var metrics = EpochSums().metrics(planned.stage, epoch: 1, of: 1)
    let phase = FusePhase(model, rates)
    model.train(only: phase?.groups ?? [])
    let held = fusionPhotos
    let (rows, norms) = try fusionRows(held)
    let fit = phase.map(FusionFit.init)
    fit?.reset(norms: norms)
    if rows.labels.isEmpty {
      let scales = model.scales.count
      let decision = Decision.expected(
        scales: scales, labelSmoothing: configuration.labelSmoothing)
      (model.decision, state.decision) = (decision, decision)
      progress(.note(Self.lacksPhotos(scales: scales)))
    } else {
      let fused: FusionFit.Result?
      do {
        fused = try fit?.fit(rows) { try stopIfCancelled() }
      } catch let error as FusionFit.Divergence {
        throw diverged(
          error.what, in: planned.stage, step: error.step,
          Set(error.photos).sorted().map { held[$0] })
      }
      let search = DecisionSearch(
        rows, classes: dataset.classNames.count, labelSmoothing: configuration.labelSmoothing)
      let found = search.best(fused: fused?.logits)
      (model.decision, state.decision) = (found.decision, found.decision)
      progress(.note(found.sentence(photos: Set(rows.photos).count)))
      if found.ignoresZooms { metrics.warnings.append(.zoomingDoesNotHelp) }
      metrics.losses = ["total": found.loss]
      if let fused { metrics.losses["fusion"] = fused.loss }
      metrics.validationLoss = found.loss
      if let tally = try validate(planned.stage) {
        metrics.add(tally)
        // The layer knows these photos by now: what counts is how it did on those left out.
        metrics.validationAccuracy[Combination.first(model.scales.count)] = found.accuracy
        if let fused {
          let answers = Verdicts(fused.logits, classes: dataset.classNames.count).answers
          metrics.validationAccuracy[Combination.fusion] = rows.accuracy(answers)
        }
      }
    }
    try checkParameters(planned.stage)
    metrics.learningRate = Double(rates.head)
    metrics.seconds = Clock.wall - wall
    metrics.cpuSeconds = Clock.cpu - cpu
    try leave(planned.stage)
    try log(metrics)
    try writeCheckpoint(nil)
  }

  private static func lacksPhotos(scales: Int) -> String {
    let consequence =
      (scales > 1 ? "The mean of the scales decides, and probabilities" : "Probabilities")
      + " are calibrated as those of other photos"
    return "\(consequence): there are no validation photos."
  }

  /// Views of validation photos at which to fit at most: 31 MB of what the fusion sees.
  private static let mostRows = 2048
  /// Views of each validation photo: as it is, and augmented.
  private static let viewsPerPhoto = 4

  /// The validation photos to fit at: all, or of very many some from each class.
  private var fusionPhotos: [Sample] {
    let held = dataset.samples[.validation] ?? []
    let count = min(held.count, Self.mostRows)
    return (0..<count).map { held[$0 * held.count / count] }
  }

  /// The descriptors of validation photos, and the mean lengths of each scale's.
  private func fusionRows(_ held: [Sample]) throws -> (FusionRows, [Float]) {
    var rows = FusionRows()
    rows.logits = model.scales.map { _ in [] }
    var lengths = [Double](repeating: 0, count: model.scales.count)
    var count = 0
    func take(_ batch: ImageBatch, keeps: Bool, isVaried: Bool = false) {
      let views = withoutTape { model.look(batch.tensor(), scales: model.scales.count) }
      count += batch.labels.count
      for (index, view) in views.enumerated() {
        lengths[index] += Double(view.descriptor.squared().sum([1]).squareRoot().sum().item)
      }
      guard keeps else { return }
      if isVaried {
        rows.areVaried.formUnion(rows.labels.count..<rows.labels.count + batch.labels.count)
      }
      rows.values += withoutTape { model.fusion?.input(views).values ?? [] }
      rows.logits = zip(rows.logits, views).map { $0 + $1.logits.values }
      rows.labels += batch.labels
      rows.photos += batch.indices
    }
    let views = min(Self.viewsPerPhoto, Self.mostRows / max(1, held.count))
    for epoch in 0..<views where !held.isEmpty {
      var batches = loader(held, augmentation: epoch == 0 ? nil : configuration.augmentation).epoch(
        epoch)
      while let batch = try batches.next() {
        try stopIfCancelled()
        take(batch, keeps: true, isVaried: epoch > 0)
      }
    }
    if held.isEmpty {
      // The lengths alone can be had from photos that were learned.
      let some = Array((dataset.samples[.train] ?? []).prefix(8 * configuration.batchSize))
      var batches = loader(some, augmentation: nil).epoch(0)
      while let batch = try batches.next() {
        try stopIfCancelled()
        take(batch, keeps: false)
      }
    }
    return (rows, lengths.map { Float($0 / Double(max(1, count))) })
  }
}

extension DecisionSearch.Result {
  /// The rule in words, and how it does on `photos` validation photos.
  func sentence(photos: Int) -> String {
    func text(_ value: Double) -> String {
      let thousandths = Int((value * 1000).rounded())
      let digits = String(thousandths % 1000)
      return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
    }
    if ignoresZooms {
      return "Scale 1 decides alone: on \(photos) validation photos no rule that looks closer is"
        + " better."
    }
    if decision.temperatures.count == 1 {
      return "Calibrated on \(photos) validation photos: the loss is \(text(loss))."
    }
    let names = (decision.weights ?? []).indices.filter { decision.weights?[$0] != 0 }
      .map { "\($0 + 1)" }.joined(separator: " + ")
    let rule =
      decision.weights == nil
      ? "The fusion layer decides"
      : names.count == 1 ? "Scale \(names) decides alone" : "The mean of scales \(names) decides"
    return "\(rule): on \(photos) validation photos its loss is \(text(loss)), and that of scale 1"
      + " \(text(firstLoss))."
  }
}
