/// What a training tells while it runs.
public enum TrainingEvent: Sendable {
  /// So many photos were looked at, before it begins: whether they can be read, or are those of the run.
  case checked(photos: Int)
  /// It begins, or goes on.
  case started(TrainingSummary)
  /// A stage begins.
  case stageStarted(Stage, epochs: Int)
  /// A batch is done.
  case step(StepProgress)
  /// An epoch is done, validated and logged.
  case epochEnded(EpochMetrics)
  /// A decision was made; the sentence says which and why.
  case note(String)
  /// Something is odd and does not keep training from going on; the sentence names it.
  case warning(String)
  /// So many photos of the test split were scored.
  case scored(photos: Int, of: Int)
  /// The network was scored on the test split, at the end.
  case evaluated(Evaluation)
}

/// What a training sets out with.
public struct TrainingSummary: Sendable {
  /// The run's folder.
  public let run: String
  /// The classes.
  public let classNames: [String]
  /// Photos by the raw value of their split.
  public let photos: [String: Int]
  /// Numbers that training could change.
  public let parameterCount: Int
  /// The stages to come, in order; of a resumed training, the past ones too.
  public let stages: [PlannedStage]
  /// Whether it goes on from a checkpoint.
  public let isResumed: Bool
}

/// Where a training stands after a batch.
public struct StepProgress: Sendable {
  /// The stage.
  public let stage: Stage
  /// The epoch of the stage, from 1.
  public let epoch: Int
  /// The stage's epochs.
  public let epochs: Int
  /// The batch of the epoch, from 1.
  public let batch: Int
  /// The epoch's batches.
  public let batches: Int
  /// The mean loss of the epoch so far.
  public let loss: Double
  /// The share of the whole training that is done, by estimated work.
  public let fraction: Double
  /// Seconds until the end at the present pace, once it can be told.
  public let secondsLeft: Double?
}

/// What a finished training leaves.
public struct TrainingResult: Sendable {
  /// The run's folder.
  public let run: String
  /// The model file.
  public let modelPath: String
  /// The scores on the test split; nil when there is none.
  public let evaluation: Evaluation?
  /// Every epoch.
  public let history: [EpochMetrics]
  /// Wall-clock seconds of this process's part.
  public let seconds: Double
  /// CPU seconds of this process's part, over all threads.
  public let cpuSeconds: Double
}
