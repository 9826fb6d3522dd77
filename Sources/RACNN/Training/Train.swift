internal import Files
internal import ImageDatasets
package import NeuralNetworks
internal import Tensors

/// Trains a network from a folder of photos, all phases, and keeps a run's folder.
///
/// It computes on the calling thread and returns when all is done.
///
/// - Parameters:
///   - configuration: All that the result depends on.
///   - progress: Told what happens, on the same thread.
///   - isCancelled: Asked before each batch; when it is true, a checkpoint is written and
///     `RACNNError.cancelled` thrown.
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
/// - Throws: as `train`, and `RACNNError.unusableRun` when the folder is no run.
@discardableResult
public func train(
  resuming run: String, progress: @escaping (TrainingEvent) -> Void = { _ in },
  isCancelled: @escaping () -> Bool = { false }
) throws -> TrainingResult {
  try train(resuming: run, makeBackbone: nil, progress: progress, isCancelled: isCancelled)
}

/// What makes a backbone in place of a configuration's, in tests.
package typealias BackboneMaker = (ParameterScope) -> any Backbone

package func train(
  _ configuration: TrainingConfiguration, makeBackbone: BackboneMaker?,
  progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
) throws -> TrainingResult {
  try configuration.validate()
  var check = PhotoCheck(sourceSize: configuration.sourceSize)
  let dataset = try ImageDataset(
    contentsOf: configuration.dataset, seed: configuration.seed,
    validationFraction: configuration.validationFraction,
    testFraction: configuration.testFraction, isReadable: { check.passes($0) })
  if let first = check.problems.first, configuration.refusesBadPhotos ?? false {
    throw RACNNError.badPhotos(first: "\(first)", count: check.problems.count)
  }
  let model = configuration.makeModel(dataset.classNames, makeBackbone)
  var hasWeights = true
  if makeBackbone == nil {
    hasWeights = try InitialWeights.load(configuration.weights, into: model)
  }
  try Run.create(configuration, dataset.manifest)
  let lock = try Run.lock(configuration.output)
  defer { withExtendedLifetime(lock) {} }
  let trainer = try Trainer(
    configuration, dataset: dataset, model: model, isPretrained: hasWeights && makeBackbone == nil,
    progress: progress, isCancelled: isCancelled)
  trainer.announce(isResumed: false)
  for problem in check.problems { progress(.note("left out: \(problem)")) }
  if !hasWeights {
    progress(
      .note(
        "No ImageNet weights are embedded for \(configuration.backbone.rawValue), so it starts from "
          + "random ones; --weights gives it better."))
  }
  return try trainer.complete()
}

package func train(
  resuming run: String, makeBackbone: BackboneMaker?,
  progress: @escaping (TrainingEvent) -> Void, isCancelled: @escaping () -> Bool
) throws -> TrainingResult {
  let saved = try Run(contentsOf: run)
  let lock = try Run.lock(run)
  defer { withExtendedLifetime(lock) {} }
  var configuration = saved.configuration
  // The folder may have been moved since.
  configuration.output = run
  try configuration.validate()
  let dataset = try ImageDataset(contentsOf: configuration.dataset, manifest: saved.manifest)
  let model = configuration.makeModel(dataset.classNames, makeBackbone)
  let trainer = try Trainer(
    configuration, dataset: dataset, model: model,
    isPretrained: makeBackbone == nil && InitialWeights.exist(for: configuration),
    progress: progress, isCancelled: isCancelled)
  if try !trainer.resume(), makeBackbone == nil {
    _ = try InitialWeights.load(configuration.weights, into: model)
  }
  trainer.announce(isResumed: true)
  return try trainer.complete()
}

extension TrainingConfiguration {
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

  /// Trains, writes the model, and scores it on the test split.
  func complete() throws -> TrainingResult {
    let (wall, cpu) = (Clock.wall, Clock.cpu)
    try run()
    let modelPath = Run.modelPath(configuration.output)
    try model.save(to: modelPath)
    var evaluation: Evaluation?
    if dataset.samples[.test]?.isEmpty == false {
      let scores = try evaluate(
        model, on: dataset, split: .test, batchSize: configuration.batchSize,
        threads: configuration.decodingThreads, cacheMegabytes: 64)
      try Run.write(scores, configuration.output, "evaluation.json")
      progress(.evaluated(scores))
      evaluation = scores
    }
    return TrainingResult(
      run: configuration.output, modelPath: modelPath, evaluation: evaluation,
      history: state.history, seconds: Clock.wall - wall, cpuSeconds: Clock.cpu - cpu)
  }
}
