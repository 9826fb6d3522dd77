/// Estimates how long the rest of a training takes, from the work that is done and that is left.
struct TrainingPace {
  /// Work of each planned stage's epoch, in passes of one pixel through a backbone.
  private var epochWork: [Double]
  private var epochs: [Int]
  private let stages: [PlannedStage]
  private let batches: Int
  private let tail: Double
  private var started: (work: Double, wall: Double)?

  /// - Parameters:
  ///   - inputSizes: By scale.
  ///   - photos: Photos of the training, the validation and the test split.
  init(
    _ stages: [PlannedStage], inputSizes: [Int],
    photos: (train: Int, validation: Int, test: Int), batches: Int
  ) {
    let pixels = inputSizes.map { Double($0 * $0) }
    let all = pixels.reduce(0, +)
    epochWork = stages.map { planned in
      let work = TrainingPace.work(planned.stage, pixels)
      return work.train * Double(photos.train) + work.validation * Double(photos.validation)
    }
    self.stages = stages
    epochs = stages.map(\.epochs)
    self.batches = max(1, batches)
    tail = all * Double(photos.test)
  }

  /// Counts no more of the alternation from a stage on.
  mutating func leaveOutAlternation(from stage: Int) {
    for index in stages.indices.dropFirst(stage) where stages[index].stage.phase == .alternate {
      epochWork[index] = 0
    }
  }

  /// Counts another number of epochs of a stage.
  mutating func set(epochs count: Int, of stage: Int) { epochs[stage] = count }

  private var total: Double { done(stages.count, 0, 0) + tail }

  /// The share of the work that is done after `batch` batches of an epoch.
  func fraction(stage: Int, epoch: Int, batch: Int) -> Double {
    done(stage, epoch, batch) / max(total, 1)
  }

  /// Seconds until the end, once something has been done in this process.
  mutating func secondsLeft(stage: Int, epoch: Int, batch: Int) -> Double? {
    let work = done(stage, epoch, batch)
    guard let started else {
      self.started = (work, Clock.wall)
      return nil
    }
    let passed = Clock.wall - started.wall
    guard passed > 1, work > started.work else { return nil }
    return passed * (total - work) / (work - started.work)
  }

  private func done(_ stage: Int, _ epoch: Int, _ batch: Int) -> Double {
    var work = 0.0
    for index in 0..<min(stage, epochWork.count) {
      work += epochWork[index] * Double(epochs[index])
    }
    guard stage < epochWork.count else { return work }
    return work + epochWork[stage] * (Double(epoch) + Double(batch) / Double(batches))
  }

  /// A backward pass is about twice a forward one; half of it suffices for gradients of boxes.
  private static func work(
    _ stage: Stage, _ pixels: [Double]
  ) -> (train: Double, validation: Double) {
    let last = stage.scales.max() ?? 1
    let seen = pixels.prefix(last).reduce(0, +)
    let all = pixels.reduce(0, +)
    let moved = stage.scales.reduce(0) { $0 + pixels[min($1, pixels.count) - 1] }
    switch stage.phase {
    case .heads: return (seen, seen)
    case .classify: return (seen + 2 * moved, seen)
    case .propose: return (seen, all)
    case .alternate:
      return stage.part == .classifiers
        ? (all + 2 * moved, all) : (all + (all - pixels[0]), all)
    case .fuse: return (0, 4 * all)
    }
  }
}
