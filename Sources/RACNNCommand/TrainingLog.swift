import RACNN

/// Tells of a training as it goes: a line a stage and epoch, and where it stands on a terminal.
final class TrainingLog {
  private var line = ProgressLine()
  private var hasToldOfInterruption = false
  /// The warnings of the last epoch, which are told as they begin.
  private var warnings: [TrainingWarning] = []
  /// Those that were explained.
  private var explained: Set<TrainingWarning> = []
  /// The run, once it has begun.
  private(set) var run: String?
  /// Why no more can be told: the output takes nothing.
  private(set) var failure: (any Error)?

  /// Whether training should stop: the user says so, or nobody would see what comes.
  var isCancelled: Bool {
    if Interruption.isRequested && !hasToldOfInterruption {
      hasToldOfInterruption = true
      line.clear()
      Console.note("racnn: stopping with a checkpoint; press Ctrl-C again to stop at once")
    }
    return Interruption.isRequested || failure != nil
  }

  /// Tells of `event`.
  func tell(_ event: TrainingEvent) {
    switch event {
    case .checked(let count): line.show("photo \(count) is checked")
    case .scored(let done, let total): line.show("photo \(done) of \(total) is scored")
    case .started(let summary):
      run = summary.run
      say(TrainingLog.text(summary))
    case .stageStarted(let stage, let epochs):
      say("\(stage.title): \(epochs) epoch\(epochs == 1 ? "" : "s")")
    case .step(let step): line.show(TrainingLog.text(step))
    case .epochEnded(let metrics):
      say(TrainingLog.text(metrics))
      for warning in metrics.warnings where !warnings.contains(warning) {
        let isNew = explained.insert(warning).inserted
        say("  warning: \(warning.rawValue)" + (isNew ? ": \(warning.explanation)" : " again"))
      }
      warnings = metrics.warnings
    case .note(let sentence): say("  " + sentence)
    case .warning(let sentence):
      line.clear()
      Console.error("warning: " + sentence)
    case .evaluated: break
    }
  }

  /// Leaves the terminal as it was.
  func finish() { line.clear() }

  private func say(_ text: String) {
    line.clear()
    do { try Console.line(text) } catch { failure = failure ?? error }
  }

  private static func text(_ summary: TrainingSummary) -> String {
    let photos = ["train", "validation", "test"].compactMap { split in
      summary.photos[split].map { "\($0) \(split)" }
    }
    let verb = summary.isResumed ? "going on with" : "training"
    return "\(verb) \(summary.run): \(summary.classNames.count) classes, photos: "
      + photos.joined(separator: ", ") + "; "
      + Text.fixed(Double(summary.parameterCount) / 1e6, 1) + " million parameters"
  }

  private static func text(_ step: StepProgress) -> String {
    var parts = [
      step.stage.title, "epoch \(step.epoch)/\(step.epochs)", "step \(step.batch)/\(step.batches)",
      "loss \(Text.fixed(step.loss, 3))", "\(Text.fixed(100 * step.fraction, 0)) % done",
    ]
    if let left = step.secondsLeft { parts.append("\(Text.duration(left)) left") }
    return parts.joined(separator: ", ")
  }

  private static func text(_ metrics: EpochMetrics) -> String {
    var parts = ["  \(metrics.stage.title), epoch \(metrics.epoch)/\(metrics.epochs)"]
    if let loss = metrics.losses["total"] { parts.append("loss \(Text.fixed(loss, 3))") }
    let scores =
      metrics.validationAccuracy.isEmpty ? metrics.trainingAccuracy : metrics.validationAccuracy
    if !scores.isEmpty {
      let list = Combination.inOrder(scores.keys)
        .map { "\($0): \(Text.percent(scores[$0] ?? 0))" }.joined(separator: "  ")
      parts.append(
        (metrics.validationAccuracy.isEmpty ? "training" : "validation") + " accuracy \(list)")
    }
    if let left = metrics.secondsLeft { parts.append("\(Text.duration(left)) left") }
    return parts.joined(separator: ", ")
  }
}
