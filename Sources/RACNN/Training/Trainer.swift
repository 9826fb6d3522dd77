internal import Files
package import ImageDatasets
internal import NeuralNetworks
internal import Tensors

/// Runs the stages of a training one after another, and keeps the run's folder.
package final class Trainer {
  let configuration: TrainingConfiguration
  let dataset: ImageDataset
  package let model: RecurrentAttentionCNN
  let stages: [PlannedStage]
  let cache: SourceCache
  let train: BatchLoader
  let progress: (TrainingEvent) -> Void
  let isCancelled: () -> Bool

  var state = TrainingState()
  /// What a stage may go back to: the moving parameters at the lowest validation loss of an alternation, or
  /// at the start of classifiers.
  var best: [(String, WeightArray)] = []
  private var savedOptimizer: [String: WeightArray]?
  var pace: TrainingPace
  private var lastCheckpoint = Clock.wall
  /// What the last step was taken on.
  private var lastPhotos: [Sample] = []

  package init(
    _ configuration: TrainingConfiguration, dataset: ImageDataset, model: RecurrentAttentionCNN,
    progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
  ) throws {
    self.configuration = configuration
    self.dataset = dataset
    self.model = model
    model.store.recomputesBlocks = configuration.savesMemory ?? false
    self.progress = progress
    self.isCancelled = isCancelled
    stages = configuration.plan.stages(
      scales: configuration.inputSizes.count, sharesBackbone: configuration.sharesBackbone)
    let photos = Split.allCases.map { dataset.samples[$0] ?? [] }
    cache = SourceCache(
      dataset: dataset.root, sourceSize: configuration.sourceSize,
      memoryBudget: configuration.cacheMegabytes << 20,
      scratch: ScratchFile(
        in: configuration.output, limit: (configuration.scratchMegabytes ?? 16_384) << 20))
    train = BatchLoader(
      dataset: dataset, samples: dataset.samples[.train] ?? [], cache: cache,
      batchSize: configuration.batchSize, normalization: model.configuration.normalization,
      augmentation: configuration.augmentation, shuffles: true, seed: configuration.seed,
      threads: configuration.decodingThreads)
    pace = TrainingPace(
      stages, inputSizes: configuration.inputSizes,
      photos: (photos[0].count, photos[1].count, photos[2].count), batches: train.batchCount)
    // Until the fusion layer has been fitted it says nothing.
    model.decision = .uncalibrated(scales: model.scales.count, fuses: false)
    guard train.batchCount > 0 else {
      throw RACNNError.emptySplit(dataset: dataset.root, split: Split.train.rawValue)
    }
  }

  /// Gives each scale's backbone the weights that it begins with, if there are any.
  func begin(with weights: (any WeightSource)?) throws {
    if let weights { try InitialWeights.load(weights, into: model) }
    state.isPretrained = weights != nil
  }

  /// Takes up the training where the run's last checkpoint left it, or, where that is damaged, the
  /// one before.
  ///
  /// - Returns: Whether there was a checkpoint.
  /// - Throws: What is wrong with the last checkpoint when no other can be read.
  package func resume() throws -> Bool {
    var damage: (any Error)?
    for path in Run.checkpointPaths(configuration.output) where FileSystem.exists(path) {
      do {
        let checkpoint = try Checkpoint(contentsOf: path, into: model.store)
        if let damage { progress(.note("\(damage). Going on from \(path), the one before.")) }
        state = checkpoint.state
        model.store.generator = state.generator
        best = checkpoint.best
        savedOptimizer = checkpoint.optimizer
        return true
      } catch {
        damage = damage ?? error
      }
    }
    if let damage { throw damage }
    return false
  }

  /// Runs what is left of the stages.
  package func run() throws {
    setThreadCount(configuration.computeThreads)
    model.framing = configuration.framing ?? state.framing ?? .middle
    while state.stage < stages.count {
      let planned = stages[state.stage]
      try findFraming(before: planned.stage)
      if planned.stage.phase == .alternate { settleUnjudged() }
      if state.isSettled || !canJudge { pace.leaveOutAlternation(from: state.stage) }
      if planned.stage.phase == .alternate && state.isSettled {
        state.stage += 1
      } else if planned.stage.phase == .fuse {
        try fuse(planned)
      } else {
        try run(planned)
      }
    }
    try findFraming(before: nil)
    model.boxPolicy = policy(of: .fuse)
    if let decision = state.decision { model.decision = decision }
  }

  private var validationCount: Int { dataset.samples[.validation]?.count ?? 0 }

  /// Whether there are photos enough to show that an alternation helps; see `isBetter`.
  private var canJudge: Bool { validationCount >= SampleMean.fewest }

  /// Leaves the alternation out where nothing could show that it helps.
  private func settleUnjudged() {
    guard !state.isSettled, !canJudge else { return }
    state.isSettled = true
    progress(
      .note(
        "The alternation is left out: it takes \(SampleMean.fewest) validation photos to show that it "
          + "helps, and there are \(validationCount)."))
  }

  private func run(_ planned: PlannedStage) throws {
    model.boxPolicy = policy(of: planned.stage.phase)
    let isFresh = state.epoch == 0 && state.batch == 0
    progress(.stageStarted(planned.stage, epochs: epochs(of: planned)))
    if isFresh { try enter(planned.stage) }
    pace.set(epochs: epochs(of: planned), of: state.stage)
    let phase = phase(of: planned.stage)
    model.train(only: phase.groups)
    let optimizer = AdamW(phase.groups)
    if !isFresh, let savedOptimizer, !savedOptimizer.isEmpty {
      try optimizer.restore(savedOptimizer)
    }
    savedOptimizer = nil
    var goesOn = true
    while goesOn {
      try runBatches(planned, phase, optimizer)
      goesOn = try endEpoch(planned, optimizer)
    }
  }

  private func runBatches(
    _ planned: PlannedStage, _ phase: any Phase, _ optimizer: AdamW
  ) throws {
    var (wall, cpu) = (Clock.wall, Clock.cpu)
    func takeTime() {
      state.sums.seconds += Clock.wall - wall
      state.sums.cpuSeconds += Clock.cpu - cpu
      (wall, cpu) = (Clock.wall, Clock.cpu)
    }
    var batches = train.epoch(state.epochsDone, startingAt: state.batch)
    while let batch = try batches.next() {
      do {
        try stopIfCancelled()
      } catch {
        takeTime()
        try checkParameters(planned.stage)
        try writeCheckpoint(optimizer)
        throw error
      }
      try take(batch, planned, phase, optimizer)
      if Clock.wall - lastCheckpoint > 60 * configuration.checkpointMinutes {
        takeTime()
        try checkParameters(planned.stage)
        try writeCheckpoint(optimizer)
      }
    }
    takeTime()
  }

  /// Throws when training is to end.
  func stopIfCancelled() throws(RACNNError) {
    if isCancelled() { throw .cancelled(run: configuration.output) }
  }

  /// Makes sure that what is about to be saved are numbers. Gradients are checked at each step, so
  /// only a rate or a decay beyond reason can have led elsewhere.
  func checkParameters(_ stage: Stage) throws {
    guard let broken = model.store.parameters.first(where: { !$0.value.isFinite }) else { return }
    throw diverged(broken.name, in: stage, step: state.batch, lastPhotos)
  }

  /// The error of a loss, gradient or parameter that is no number.
  func diverged(_ what: String, in stage: Stage, step: Int, _ photos: [Sample]) -> RACNNError {
    .diverged(
      what: what, stage: stage.title, epoch: state.epoch + 1, step: step,
      photos: photos.map(\.path))
  }

  /// One step of the optimizer.
  private func take(
    _ batch: ImageBatch, _ planned: PlannedStage, _ phase: any Phase, _ optimizer: AdamW
  ) throws {
    var generator = RandomGenerator(seed: configuration.seed)
      .fork(UInt64(state.epochsDone)).fork(UInt64(state.batch))
    optimizer.rateFactor = rateFactor(in: planned)
    let step = phase.loss(batch.tensor(), labels: batch.labels, using: &generator)
    let total = step.total.item
    lastPhotos = batch.indices.map { train.samples[$0] }
    func diverged(_ what: String) -> RACNNError {
      self.diverged(what, in: planned.stage, step: state.batch + 1, lastPhotos)
    }
    guard total.isFinite else { throw diverged("the loss") }
    // Before the gradients: walking the tape frees what the statistics are taken from.
    state.sums.add(step, total: total, labels: batch.labels)
    if let broken = optimizer.step(minimizing: step.total) {
      throw diverged("the gradient of \(broken.name)")
    }
    state.batch += 1
    state.step += 1
    progress(
      .step(
        StepProgress(
          stage: planned.stage, epoch: state.epoch + 1, epochs: epochs(of: planned),
          batch: state.batch, batches: train.batchCount,
          loss: (state.sums.losses["total"] ?? 0) / Double(max(1, state.sums.count)),
          fraction: pace.fraction(stage: state.stage, epoch: state.epoch, batch: state.batch),
          secondsLeft: pace.secondsLeft(
            stage: state.stage, epoch: state.epoch, batch: state.batch))))
  }

  /// Validates, logs, and writes a checkpoint.
  ///
  /// - Returns: Whether the stage has another epoch with the same optimizer.
  private func endEpoch(_ planned: PlannedStage, _ optimizer: AdamW) throws -> Bool {
    let (wall, cpu) = (Clock.wall, Clock.cpu)
    try checkParameters(planned.stage)
    var metrics = state.sums.metrics(
      planned.stage, epoch: state.epoch + 1, of: epochs(of: planned))
    let continuation = continuation(of: planned, accuracy: metrics.trainingAccuracy)
    if continuation != .none { metrics.epochs += planned.epochs }
    var losses: [Double]?
    do {
      if let tally = try validate(planned.stage) {
        metrics.add(tally)
        losses = self.losses(of: planned.stage, tally)
        metrics.validationLoss = losses.map { SampleMean($0).mean }
      }
    } catch RACNNError.cancelled(let run) {
      // The epoch's steps are done: resumed, it goes on with its validation.
      try writeCheckpoint(optimizer)
      throw RACNNError.cancelled(run: run)
    }
    metrics.learningRate = Double(
      (optimizer.groups.first?.learningRate ?? 0) * optimizer.rateFactor)
    metrics.seconds += Clock.wall - wall
    metrics.cpuSeconds += Clock.cpu - cpu
    let collapse = collapse(in: metrics)
    if collapse == nil, let losses { judge(losses, in: planned.stage, optimizer) }
    state.epoch += 1
    state.batch = 0
    state.epochsDone += 1
    state.sums = EpochSums()
    try take(continuation, of: planned)
    let goesOn =
      state.epoch < epochs(of: planned) && collapse == nil
      && configuration.plan.patience.map { state.staleEpochs < max(1, $0) } ?? true
    if !goesOn { try leave(planned.stage, collapse: collapse) }
    try log(metrics)
    let keepsOptimizer = goesOn && continuation != .beginsAgain
    try writeCheckpoint(keepsOptimizer ? optimizer : nil)
    return keepsOptimizer
  }

  /// Notes whether the epoch, by each validation photo's loss, was the stage's best.
  private func judge(_ losses: [Double], in stage: Stage, _ optimizer: AdamW) {
    if let best = state.bestLosses, !isBetter(losses, than: best, in: stage) {
      state.staleEpochs += 1
      return
    }
    state.hasImproved = state.bestLosses != nil
    state.bestLosses = losses
    state.staleEpochs = 0
    if stage.phase == .alternate { best = ParameterStore.snapshot(of: optimizer.parameters) }
  }

  /// Whether losses are lower by one in a thousand, and, where a stage is taken back unless it is
  /// better, beyond chance. On thirds of CUB's training photos (128 pixels, 400 learned or chosen by,
  /// 200 held out) the decision was right for 79.7 % when an alternation was kept for any lower loss
  /// of 20 photos, and for 82.2 % when it was taken back.
  private func isBetter(_ losses: [Double], than best: [Double], in stage: Stage) -> Bool {
    let gain = SampleMean(zip(best, losses).map(-))
    return gain.mean > 1e-3 * SampleMean(best).mean
      && (stage.phase != .alternate || gain.isAboveChance)
  }

  /// Appends to the history, writes the logs, and keeps the best network.
  func log(_ epoch: EpochMetrics) throws {
    var metrics = epoch
    metrics.secondsLeft = pace.secondsLeft(
      stage: state.stage, epoch: state.epoch, batch: state.batch)
    metrics.warnings += warnings(of: metrics)
    state.history.append(metrics)
    try Run.writeHistory(
      state.history, scales: model.scales.count, to: configuration.output)
    let key = Combination.first(model.scales.count)
    if let accuracy = metrics.validationAccuracy[key], accuracy >= state.bestAccuracy ?? 0 {
      state.bestAccuracy = accuracy
      try Run.makeCheckpointFolder(configuration.output)
      try model.save(to: Run.bestPath(configuration.output))
    }
    progress(.epochEnded(metrics))
  }

  func writeCheckpoint(_ optimizer: AdamW?) throws {
    try Run.makeCheckpointFolder(configuration.output)
    state.generator = model.store.generator
    let checkpoint = Checkpoint(state: state, optimizer: optimizer?.state ?? [:], best: best)
    // Both stay whole whenever this is cut short: at worst the last one bears the other's name.
    let paths = Run.checkpointPaths(configuration.output)
    let next = "\(configuration.output)/checkpoints/next.safetensors"
    try checkpoint.write(model.store, to: next)
    if FileSystem.exists(paths[0]) { try AtomicFile.rename(paths[0], to: paths[1]) }
    try AtomicFile.rename(next, to: paths[0])
    lastCheckpoint = Clock.wall
  }
}
