package import NeuralNetworks
package import Tensors

/// The fusion layer learns to decide from the descriptors of all scales; all else is frozen.
package struct FusePhase: Phase {
  let model: RecurrentAttentionCNN
  package let fusion: Fusion
  let rates: Rates

  /// Fits the fusion layer of `model`, or is nil when that has none.
  package init?(_ model: RecurrentAttentionCNN, _ rates: Rates) {
    guard let fusion = model.fusion else { return nil }
    self.model = model
    self.fusion = fusion
    self.rates = rates
  }

  package var groups: [ParameterGroup] {
    [ParameterGroup(model.store.parameters(under: "fusion"), learningRate: rates.head)]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    let views = withoutTape { model(source).views }
    var step = loss(descriptors: fusion.input(views), labels: labels)
    for (index, view) in views.enumerated() { step.logits[index + 1] = view.logits }
    return step
  }

  /// What the layer makes of views, `[N, classes]`.
  package func logits(_ views: [View]) -> Tensor { fusion(fusion.input(views)) }

  /// The loss on what the fusion sees, known already, `[N, columns]`.
  package func loss(descriptors: Tensor, labels: [Int]) -> StepLoss {
    let logits = fusion(descriptors)
    let loss = crossEntropy(logits, classes: labels)
    var step = StepLoss(loss)
    step.fused = logits
    step.parts["fusion"] = loss
    return step
  }
}

/// Photos that the network was not fitted to, as the fusion layer sees them.
package struct FusionRows {
  /// What the fusion sees, `[N, columns]`, one row after another.
  package var values: [Float] = []
  /// Each scale's logits, `[N, classes]`, one row after another.
  package var logits: [[Float]] = []
  /// Their classes.
  package var labels: [Int] = []
  /// Which photo each shows; several rows may be views of one.
  package var photos: [Int] = []
  /// The rows that show a varied photo. Accuracy is counted on the others, which show theirs as
  /// validation does, so that it compares with that of other epochs.
  package var areVaried: Set<Int> = []

  package init() {}

  func descriptors(_ rows: [Int]) -> Tensor {
    let width = values.count / max(1, labels.count)
    return Tensor(
      rows.flatMap { values[$0 * width..<($0 + 1) * width] }, shape: [rows.count, width])
  }

  /// The share of photos, as they are, that answers to all rows are right for.
  func accuracy(_ answers: [Int]) -> Double {
    let photos = labels.indices.filter { !areVaried.contains($0) }
    return Double(photos.count { answers[$0] == labels[$0] }) / Double(max(1, photos.count))
  }
}

/// Fits the fusion layer by as many steps as cross-validation finds good.
///
/// A layer fitted to the photos that the networks were fitted to learns to trust a certainty that
/// new photos do not give, and loses to the plain mean. So it begins at the mean of the scales'
/// logits, is fitted on validation photos, and stops early: the number of steps is the one with the
/// lowest loss on photos left out of the fit, and 0 leaves the mean. Whether it decides at all is
/// for `DecisionSearch` to say.
package struct FusionFit {
  /// What came out.
  package struct Result {
    /// The chosen number of steps; 0 leaves the mean of the scales.
    package let steps: Int
    /// The loss of the mean of the scales.
    package let meanLoss: Double
    /// The loss of the choice on photos left out of the fit.
    package let loss: Double
    /// The choice's logits for each row, `[N, classes]`, from a fit that left its photo out.
    package let logits: [Float]
  }

  /// A step that would have led to what is no number, and was not taken.
  package struct Divergence: Error {
    /// The loss, or whose gradient.
    package let what: String
    /// The step of its fit, from 1.
    package let step: Int
    /// The photos that it was on, as in `FusionRows.photos`.
    package let photos: [Int]
  }

  static let candidates = [0, 5, 10, 20, 40, 80]
  static let folds = 5
  let phase: FusePhase

  package init(phase: FusePhase) { self.phase = phase }

  /// Sets the layer to the mean of the scales' logits.
  ///
  /// - Parameter norms: The mean length of each scale's descriptors, which normalising takes away.
  package func reset(norms: [Float]) {
    let model = phase.model
    let count = model.scales.count
    let classes = model.configuration.classNames.count
    var bias = [Float](repeating: 0, count: classes)
    var blocks: [Tensor] = []
    for (scale, norm) in zip(model.scales, norms) {
      blocks.append(scale.classifier.weight.value * (norm / Float(count)))
      guard let own = scale.classifier.bias?.value.values else { continue }
      for index in bias.indices { bias[index] += own[index] / Float(count) }
    }
    phase.fusion.linear.weight.value = concatenated(blocks, axis: 1)
    phase.fusion.linear.bias?.value = Tensor(bias, shape: [classes])
  }

  /// Fits the layer, from what `reset` made of it.
  ///
  /// - Parameter proceed: Asked before each step; what it throws ends the fit.
  /// - Throws: `Divergence`, when a loss or a gradient is no number.
  package func fit(_ rows: FusionRows, proceed: () throws -> Void = {}) throws -> Result {
    let initial = phase.model.store.snapshot(of: "fusion")
    let classes = phase.model.configuration.classNames.count
    var losses = [Double](repeating: 0, count: Self.candidates.count)
    var logits = Self.candidates.map { _ in
      [Float](repeating: 0, count: rows.labels.count * classes)
    }
    for fold in 0..<Self.folds {
      let out = rows.photos.indices.filter { rows.photos[$0] % Self.folds == fold }
      let kept = rows.photos.indices.filter { rows.photos[$0] % Self.folds != fold }
      guard !out.isEmpty else { continue }
      let (descriptors, labels) = (rows.descriptors(out), out.map { rows.labels[$0] })
      try run(rows, kept, proceed) { index in
        let step = withoutTape { phase.loss(descriptors: descriptors, labels: labels) }
        losses[index] += Double(step.total.item) * Double(out.count)
        let values = step.fused?.values ?? []
        for (place, row) in out.enumerated() {
          logits[index].replaceSubrange(
            row * classes..<(row + 1) * classes,
            with: values[place * classes..<(place + 1) * classes])
        }
      }
      try phase.model.store.restore(initial)
    }
    losses = losses.map { $0 / Double(max(1, rows.labels.count)) }
    let best = losses.indices.min { losses[$0] < losses[$1] } ?? 0
    if best > 0 { try run(rows, Array(rows.labels.indices), upTo: best, proceed) { _ in } }
    return Result(
      steps: Self.candidates[best], meanLoss: losses[0], loss: losses[best], logits: logits[best])
  }

  /// Takes steps on some rows, and calls `reached` at each candidate's number of them.
  private func run(
    _ rows: FusionRows, _ kept: [Int], upTo last: Int = candidates.count - 1,
    _ proceed: () throws -> Void, reached: (Int) -> Void
  ) throws {
    let (descriptors, labels) = (rows.descriptors(kept), kept.map { rows.labels[$0] })
    let optimizer = AdamW(phase.groups)
    var taken = 0
    for (index, steps) in Self.candidates.prefix(last + 1).enumerated() {
      // Where all photos are in one fold there is nothing to fit to.
      while taken < steps && !kept.isEmpty {
        try proceed()
        let loss = phase.loss(descriptors: descriptors, labels: labels).total
        taken += 1
        let photos = kept.map { rows.photos[$0] }
        guard loss.item.isFinite else {
          throw Divergence(what: "the loss", step: taken, photos: photos)
        }
        if let broken = optimizer.step(minimizing: loss) {
          throw Divergence(what: "the gradient of \(broken.name)", step: taken, photos: photos)
        }
      }
      reached(index)
    }
  }
}
