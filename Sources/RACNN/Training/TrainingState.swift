internal import ImageDatasets
internal import Tensors

/// All that a training's further course depends on besides parameters and optimizer.
struct TrainingState: Codable {
  /// Whether each scale's backbone began with weights from a file; nil in checkpoints of before this
  /// was kept.
  var isPretrained: Bool?
  /// The next stage, an index into the plan's.
  var stage = 0
  /// The next epoch of the stage, from 0.
  var epoch = 0
  /// How often the stage's epochs were found not to suffice, and were added once more; nil, as in
  /// checkpoints of before that was looked at, is never.
  var addedCycles: Int?
  /// How often the stage began again for that; nil is never.
  var restarts: Int?
  /// The next batch of the epoch, from 0.
  var batch = 0
  /// Epochs since the start, which seed the order and augmentation of the photos.
  var epochsDone = 0
  /// Steps of the stage so far, which the schedule counts.
  var step = 0
  /// What the epoch has come to so far.
  var sums = EpochSums()
  /// Each validation photo's loss when the stage's was lowest; before its first epoch, those of its
  /// start if they were taken.
  var bestLosses: [Double]?
  /// Whether `bestLosses` have come down since the stage began.
  var hasImproved = false
  /// Epochs since the lowest validation loss.
  var staleEpochs = 0
  /// Whether a stage of the alternation's current round improved anything.
  var roundImproved = false
  /// The alternation is over, by itself.
  var isSettled = false
  /// The best accuracy of the decision on validation photos, once all scales are trained.
  var bestAccuracy: Double?
  /// Which part of a photo the network is shown, once it is found.
  var framing: Framing?
  /// How the scales decide together, once it is found.
  var decision: Decision?
  /// Every epoch so far.
  var history: [EpochMetrics] = []
  /// What layers draw from.
  var generator = RandomGenerator(seed: 0)
}

/// What an epoch has come to so far, as sums over photos.
struct EpochSums: Codable {
  var count = 0
  var losses: [String: Double] = [:]
  var hinges: [String: Double] = [:]
  var correct: [String: Int] = [:]
  var boxes: [Int: BoxSums] = [:]
  var seconds = 0.0
  var cpuSeconds = 0.0

  /// Takes a batch.
  mutating func add(_ step: StepLoss, total: Float, labels: [Int]) {
    count += labels.count
    let weight = Double(labels.count)
    losses["total", default: 0] += weight * Double(total)
    for (name, part) in step.parts { losses[name, default: 0] += weight * Double(part.item) }
    for (name, share) in step.activeHinges { hinges[name, default: 0] += weight * share }
    for (scale, logits) in step.logits {
      correct["\(scale)", default: 0] += zip(logits.argmax(), labels).count { $0 == $1 }
    }
    for (scale, parent, child) in step.boxes {
      boxes[scale, default: BoxSums()].add(child, parent)
    }
  }

  /// The means; validation and rates are yet to be filled in.
  func metrics(_ stage: Stage, epoch: Int, of epochs: Int) -> EpochMetrics {
    let photos = Double(max(1, count))
    return EpochMetrics(
      stage: stage, epoch: epoch, epochs: epochs,
      losses: losses.mapValues { $0 / photos }, activeHinges: hinges.mapValues { $0 / photos },
      boxes: boxes.keys.sorted().compactMap { scale in boxes[scale]?.statistics(scale) },
      trainingAccuracy: correct.mapValues { Double($0) / photos }, validationAccuracy: [:],
      validationLoss: nil, learningRate: 0, seconds: seconds, cpuSeconds: cpuSeconds,
      kernels: Kernels.name, secondsLeft: nil, warnings: [])
  }
}

/// Sums over boxes, in units of their parents' sides.
struct BoxSums: Codable {
  var count = 0.0
  var half = 0.0
  var center = [0.0, 0.0]
  var squares = [0.0, 0.0]
  var largest = 0.0
  var smallest = 0.0
  var atBorder = 0.0
  var saturated = 0.0

  mutating func add(_ child: Box, _ parent: Box) {
    let (children, parents) = (child.values.values, parent.values.values)
    for start in stride(from: 0, to: children.count, by: 3) {
      let side = Double(2 * parents[start + 2])
      let tl = Double(children[start + 2]) / side
      var touches = false
      for axis in 0..<2 {
        let place =
          (Double(children[start + axis]) - Double(parents[start + axis])) / side + 0.5
        center[axis] += place
        squares[axis] += place * place
        let play = 1 - 2 * tl
        let share = play > 1e-3 ? (place - tl) / play : 0.5
        if share < 0.02 || share > 0.98 { touches = true }
      }
      count += 1
      half += tl
      if tl > 0.48 { largest += 1 }
      if tl < 0.18 { smallest += 1 }
      if touches { atBorder += 1 }
      if touches || tl > 0.48 || tl < 0.18 { saturated += 1 }
    }
  }

  func statistics(_ scale: Int) -> BoxStatistics {
    let photos = max(1, count)
    let deviations = (0..<2).map { axis in
      max(0, squares[axis] / photos - (center[axis] / photos) * (center[axis] / photos))
        .squareRoot()
    }
    return BoxStatistics(
      scale: scale, halfSide: half / photos, spread: (deviations[0] + deviations[1]) / 2,
      largest: largest / photos, smallest: smallest / photos, atBorder: atBorder / photos,
      saturated: saturated / photos)
  }
}
