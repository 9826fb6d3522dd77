public import ImageDatasets
internal import Images
internal import Tensors

/// Scores a network on a split of a data set.
///
/// - Parameters:
///   - dataset: Its classes must be among the network's; they may be fewer.
///   - split: What to score on.
///   - batchSize: Photos at a time; the result does not depend on it but for boxes at random.
///   - threads: Threads that decode photos beside the computation.
///   - cacheMegabytes: Memory for decoded photos.
///   - warning: Told of a photo that can be read and is odd nevertheless, naming it.
///   - progress: Called with the photos done and all photos, after each batch; what it throws ends
///     the scoring.
/// - Throws: `RACNNError` when the split is empty or a class unknown, and what goes wrong with a
///   photo, naming it.
public func evaluate(
  _ model: RecurrentAttentionCNN, on dataset: ImageDataset, split: Split, batchSize: Int = 16,
  threads: Int = 1, cacheMegabytes: Int = 256, warning: (String) -> Void = { _ in },
  progress: (Int, Int) throws -> Void = { _, _ in }
) throws -> Evaluation {
  let (wall, cpu) = (Clock.wall, Clock.cpu)
  let classNames = model.configuration.classNames
  var tally = Tally(classes: classNames.count)
  var calibration = CalibrationTally()
  var boxes = BoxScoring()
  var mistakes: [Mistake] = []
  let batches = try EvaluationBatches(
    model, dataset, split, batchSize: batchSize, threads: threads, cacheMegabytes: cacheMegabytes)
  try batches.forEach(progress: progress) { batch, labels in
    for index in batch.unended {
      warning("\(dataset.path(of: batches.samples[index])): \(Photo.lacksEndText)")
    }
    let output = withoutTape { model(batch.tensor()) }
    tally.add(output, labels: labels)
    guard tally.isFinite else { throw RACNNError.noAnswer }
    let (first, decided) = (output.views[0].logits.argmax(), output.probabilities.argmax())
    let surest = output.probabilities.max(1).values
    for (row, index) in batch.indices.enumerated() {
      let (size, label) = (batch.photoSizes[row], labels[row])
      calibration.add(probability: surest[row], isRight: decided[row] == label)
      if decided[row] != label {
        mistakes.append(
          Mistake(
            path: batches.samples[index].path, className: classNames[label],
            answer: classNames[decided[row]], probability: surest[row]))
      }
      guard let subject = batches.samples[index].box else { continue }
      boxes.add(
        subject: subject, width: size.width, height: size.height, first: first[row] == label,
        decision: decided[row] == label)
      for (scale, view) in output.views.enumerated().dropFirst() {
        boxes.add(
          Rectangle(
            box: view.box.values.values[3 * row..<3 * row + 3], width: size.width,
            height: size.height, framing: model.framing),
          scale: scale + 1, subject: subject,
          lastOf: scale + 1 == output.views.count ? batches.samples[index].path : nil)
      }
    }
  }
  let confusion = tally.confusion
  return Evaluation(
    split: split.rawValue, count: tally.count, accuracy: tally.accuracy, correct: tally.correct,
    classes: classNames.enumerated().map { index, name in
      ClassScore(
        name: name, count: confusion[index].reduce(0, +), correct: confusion[index][index])
    },
    confusion: confusion, calibration: calibration.result(logLoss: tally.losses["decision"] ?? 0),
    mistakes: Mistake.surest(of: mistakes), boxes: boxes.result,
    quartiles: model.scales.count > 1 ? boxes.quartiles : nil,
    worstBoxes: boxes.worstBoxes, multiplyAccumulates: model.multiplyAccumulates(),
    looks: model.looks, seconds: Clock.wall - wall, cpuSeconds: Clock.cpu - cpu)
}

/// The photos of a split in batches.
struct EvaluationBatches {
  let samples: [Sample]
  private let framing: Framing
  private let loader: BatchLoader
  private let labels: [Int]

  init(
    _ model: RecurrentAttentionCNN, _ dataset: ImageDataset, _ split: Split, batchSize: Int,
    threads: Int, cacheMegabytes: Int
  ) throws {
    samples = dataset.samples[split] ?? []
    labels = try model.labels(of: dataset)
    framing = model.framing
    guard !samples.isEmpty else {
      throw RACNNError.emptySplit(dataset: dataset.root, split: split.rawValue)
    }
    let cache = SourceCache(
      dataset: dataset.root, sourceSize: model.configuration.sourceSize,
      memoryBudget: cacheMegabytes << 20)
    loader = BatchLoader(
      dataset: dataset, samples: samples, cache: cache, batchSize: batchSize,
      normalization: model.configuration.normalization, augmentation: nil, framing: framing,
      shuffles: false, seed: 0, threads: threads)
  }

  /// Calls a closure with each batch and the network's labels of its photos.
  func forEach(
    progress: (Int, Int) throws -> Void, _ body: (ImageBatch, [Int]) throws -> Void
  ) throws {
    var batches = loader.epoch(0)
    var done = 0
    while let batch = try batches.next() {
      try body(batch, batch.labels.map { labels[$0] })
      done += batch.count
      try progress(done, samples.count)
    }
  }

  /// The squares around the subjects of a batch, within the sources.
  func subjects(of batch: ImageBatch) -> Box {
    var values: [Float] = []
    for (row, index) in batch.indices.enumerated() {
      let (size, box) = (batch.photoSizes[row], samples[index].box)
      values += Rectangle.box(
        around: box, width: size.width, height: size.height, framing: framing)
    }
    return Box(Tensor(values, shape: [batch.count, 3]))
  }
}

extension RecurrentAttentionCNN {
  /// The network's label for each of a data set's.
  ///
  /// - Parameter name: What an error calls the network.
  /// - Throws: `RACNNError.otherClasses`.
  @discardableResult
  package func labels(
    of dataset: ImageDataset, name: String? = nil
  ) throws(RACNNError) -> [Int] {
    let own = Dictionary(
      configuration.classNames.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first })
    let unknown = dataset.classNames.filter { own[$0] == nil }
    guard unknown.isEmpty else {
      throw .otherClasses(model: name, dataset: dataset.root, unknown: unknown)
    }
    return dataset.classNames.map { own[$0] ?? 0 }
  }
}
