internal import Files
internal import ImageDatasets
internal import Images
package import NeuralNetworks
internal import Tensors

/// Trains a network from a folder of photos, all phases, and keeps a run's folder.
///
/// It computes on the calling thread and returns when all is done.
///
/// - Parameters:
///   - configuration: All that the result depends on.
///   - progress: Told what happens, on the same thread.
///   - isCancelled: Asked before each batch, learned or scored, each photo that is checked and each
///     step of the fusion's fit; when it is true, a checkpoint of what was done since the last one is
///     written and `RACNNError.cancelled` thrown.
/// - Throws: `RACNNError`, `DatasetError`, `WeightsError`, `FileError`, or what is wrong with a
///   photo; each says where, and what to do.
@discardableResult
public func train(
  _ configuration: TrainingConfiguration, progress: @escaping (TrainingEvent) -> Void = { _ in },
  isCancelled: @escaping () -> Bool = { false }
) throws -> TrainingResult {
  try train(configuration, makeBackbone: nil, progress: progress, isCancelled: isCancelled)
}

/// Goes on with a training from its run's last checkpoint, to the very result that it would have
/// had without the interruption.
///
/// - Parameters:
///   - run: Its folder.
///   - dataset: Where its photos are now, which the run then keeps in mind; nil where they were.
/// - Throws: as `train`, and `RACNNError.unusableRun` when the folder is no run, or the photos are not
///   there any more.
@discardableResult
public func train(
  resuming run: String, dataset: String? = nil,
  progress: @escaping (TrainingEvent) -> Void = { _ in },
  isCancelled: @escaping () -> Bool = { false }
) throws -> TrainingResult {
  try train(
    resuming: run, dataset: dataset, makeBackbone: nil, progress: progress,
    isCancelled: isCancelled)
}

/// What makes a backbone in place of a configuration's, in tests.
package typealias BackboneMaker = (ParameterScope) -> any Backbone

package func train(
  _ configuration: TrainingConfiguration, makeBackbone: BackboneMaker?,
  progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
) throws -> TrainingResult {
  try configuration.validate()
  let run = try NewRun(configuration)
  defer { withExtendedLifetime(run) {} }
  let trainer = try run.prepare {
    try begin(configuration, makeBackbone, progress: progress, isCancelled: isCancelled)
  }
  return try trainer.complete()
}

package func train(
  resuming run: String, dataset place: String? = nil, makeBackbone: BackboneMaker?,
  progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
) throws -> TrainingResult {
  var configuration = try Run.configuration(in: run)
  let lock = try Run.lock(run)
  defer { withExtendedLifetime(lock) {} }
  // The folder may have been moved since.
  configuration.output = run
  let before = configuration.dataset
  configuration.dataset = place ?? before
  try configuration.validate()
  guard FileSystem.exists(configuration.dataset) else {
    throw RACNNError.unusableRun(
      path: run, reason: "there are no photos at \(configuration.dataset)",
      cure: "say where they are now: racnn train FOLDER --resume \(run)")
  }
  guard FileSystem.exists("\(run)/splits.json") else {
    // It was stopped before its first step.
    return try begin(configuration, makeBackbone, progress: progress, isCancelled: isCancelled)
      .complete()
  }
  // Not the logs, which are written anew from the checkpoint.
  let manifest = try Run.manifest(in: run)
  let dataset = try ImageDataset(contentsOf: configuration.dataset, manifest: manifest)
  var checked = 0
  try manifest.compareContents(in: dataset.root) {
    if isCancelled() { throw RACNNError.cancelled(run: run) }
    checked += 1
    progress(.checked(photos: checked))
  }
  if configuration.dataset != before { try Run.write(configuration, run, "config.json") }
  let model = configuration.makeModel(dataset.classNames, makeBackbone)
  let trainer = try Trainer(
    configuration, dataset: dataset, model: model, progress: progress, isCancelled: isCancelled)
  if try !trainer.resume() {
    try trainer.begin(with: configuration.openWeights(makeBackbone))
  }
  trainer.announce(isResumed: true)
  trainer.compareKernels()
  if let added = dataset.addedText { progress(.warning(added)) }
  return try trainer.complete()
}

/// Makes the splits of a new run, from photos that can be read, and what will train on them.
private func begin(
  _ configuration: TrainingConfiguration, _ makeBackbone: BackboneMaker?,
  progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
) throws -> Trainer {
  // Before the photos are looked at, which may be many.
  let weights = try configuration.openWeights(makeBackbone)
  var check = PhotoCheck(sourceSize: configuration.sourceSize, isCancelled: isCancelled)
  var checked = 0
  let dataset = try ImageDataset(
    contentsOf: configuration.dataset, seed: configuration.seed,
    validationFraction: configuration.validationFraction,
    testFraction: configuration.testFraction,
    isReadable: { path in
      checked += 1
      progress(.checked(photos: checked))
      return check.passes(path)
    })
  if check.wasCancelled { throw RACNNError.cancelled(run: configuration.output) }
  if let first = check.problems.first, configuration.refusesBadPhotos ?? false {
    throw RACNNError.badPhotos(first: "\(first)", count: check.problems.count)
  }
  let model = configuration.makeModel(dataset.classNames, makeBackbone)
  let trainer = try Trainer(
    configuration, dataset: dataset, model: model, progress: progress, isCancelled: isCancelled)
  try trainer.begin(with: weights)
  var manifest = dataset.manifest
  manifest.addDigests { check.digests["\(dataset.root)/\($0)"] }
  try Run.write(manifest, configuration.output, "splits.json")
  trainer.announce(isResumed: false)
  for problem in check.problems { progress(.note("left out: \(problem)")) }
  if let doubles = check.doubles(in: dataset) { progress(.warning(doubles)) }
  if let stray = dataset.strayText { progress(.warning(stray)) }
  if let untested = dataset.untestedText { progress(.note(untested)) }
  for path in check.unended { progress(.warning("\(path): \(Photo.lacksEndText)")) }
  if weights == nil, makeBackbone == nil {
    progress(
      .note(
        "No ImageNet weights are embedded for \(configuration.backbone.rawValue), so it starts from "
          + "random ones; --weights gives it better."))
  }
  return trainer
}

extension TrainingConfiguration {
  /// What its backbones begin with; nil where there is nothing, and in tests.
  fileprivate func openWeights(_ makeBackbone: BackboneMaker?) throws -> (any WeightSource)? {
    makeBackbone == nil ? try InitialWeights.open(weights, for: backbone) : nil
  }

  fileprivate func makeModel(
    _ classNames: [String], _ makeBackbone: BackboneMaker?
  ) -> RecurrentAttentionCNN {
    let configuration = model(classNames: classNames)
    return RecurrentAttentionCNN(
      configuration, store: ParameterStore(seed: seed),
      makeBackbone: makeBackbone ?? configuration.backbone.make)
  }
}

extension Trainer {
  func announce(isResumed: Bool) {
    progress(
      .started(
        TrainingSummary(
          run: configuration.output, classNames: dataset.classNames,
          photos: Dictionary(
            uniqueKeysWithValues: Split.allCases.map {
              ($0.rawValue, dataset.samples[$0]?.count ?? 0)
            }),
          parameterCount: model.store.parameters.reduce(0) {
            $0 + ($1.isStatistic ? 0 : $1.value.shape.count)
          },
          stages: stages, isResumed: isResumed)))
  }

  /// Tells where the epochs so far were computed by something else.
  func compareKernels() {
    guard let before = state.history.last?.kernels, before != Kernels.name else { return }
    progress(
      .note(
        "Computed by \(before) until here, by \(Kernels.name) from here on: sums come in another order, so "
          + "the model will not be, bit for bit, what this seed gives on one machine."))
  }

  /// Trains, writes the model, and scores it on the test split.
  func complete() throws -> TrainingResult {
    let (wall, cpu) = (Clock.wall, Clock.cpu)
    try run()
    let modelPath = Run.modelPath(configuration.output)
    try model.save(to: modelPath)
    // The scores are those of the file, which rounds some weights.
    try model.load(contentsOf: modelPath)
    var evaluation: Evaluation?
    if dataset.samples[.test]?.isEmpty == false {
      let scores = try evaluate(
        model, on: dataset, split: .test, batchSize: configuration.batchSize,
        threads: configuration.decodingThreads, cacheMegabytes: 64,
        progress: { done, total in
          try stopIfCancelled()
          progress(.scored(photos: done, of: total))
        })
      // Controls of a finished run may have been scored since; they hold for the same answers.
      let before = Run.evaluation(in: configuration.output)
      let isSame = before?.confusion == scores.confusion && before?.correct == scores.correct
      try Run.write(
        isSame ? scores.withControls(of: before) : scores, configuration.output, "evaluation.json")
      progress(.evaluated(scores))
      evaluation = scores
    } else {
      progress(.note("There are no test photos, so how often it is right is not known."))
    }
    return TrainingResult(
      run: configuration.output, modelPath: modelPath, evaluation: evaluation,
      history: state.history, seconds: Clock.wall - wall, cpuSeconds: Clock.cpu - cpu)
  }
}
