/// What can go wrong with models, runs and training.
public enum RACNNError: Error, Hashable, Sendable {
  /// The file at `path` is no model of ours, or of a version that is not known.
  case unusableModel(path: String, reason: String)
  /// The folder at `path` cannot be used as a run.
  case unusableRun(path: String, reason: String, cure: String)
  /// A setting makes no sense; `cure` says what would.
  case badSetting(name: String, reason: String, cure: String)
  /// A network's probabilities are no numbers: its weights are none, or their file was changed while
  /// it was in use.
  case noAnswer
  /// There is nothing to work on in a split of a data set.
  case emptySplit(dataset: String, split: String)
  /// A data set's classes are not those that a model knows; `model` is its name where several are scored.
  case otherClasses(model: String?, dataset: String, unknown: [String])
  /// Photos cannot be read, which the settings do not allow; `first` says what is wrong with one.
  case badPhotos(first: String, count: Int)
  /// The loss, gradient or parameter that `what` names is no number at a step on `photos`, which was
  /// not taken; epoch and step count from 1.
  case diverged(what: String, stage: String, epoch: Int, step: Int, photos: [String])
  /// Training was cancelled; it can go on from what the run's folder holds.
  case cancelled(run: String)
}

extension RACNNError: CustomStringConvertible {
  /// What happened, where, and what to do, in one line.
  public var description: String {
    switch self {
    case .unusableModel(let path, let reason):
      "\(path): \(reason); give a model.safetensors that racnn train wrote"
    case .unusableRun(let path, let reason, let cure): "\(path): \(reason); \(cure)"
    case .badSetting(let name, let reason, let cure): "\(name): \(reason); \(cure)"
    case .noAnswer:
      "the network's answer is not a number: its weights are none, or their file was changed while it"
        + " was in use; load the model again"
    case .emptySplit(let dataset, let split):
      "\(dataset): the split \(split) has no photos; add some, or choose another split"
    case .otherClasses(let model, let dataset, let unknown):
      "\(dataset): \(model ?? "the model") does not know the class \(unknown.prefix(3).joined(separator: ", "))"
        + (unknown.count > 3 ? " and \(unknown.count - 3) more" : "")
        + "; evaluate it on photos of its own classes"
    case .badPhotos(let first, let count):
      "\(first)\(count > 1 ? " (and \(count - 1) photos more)" : "");"
        + " mend or remove it, or train without --strict to leave it out"
    case .diverged(let what, let stage, let epoch, let step, let photos):
      "\(stage), epoch \(epoch), step \(step): \(what) is not a number any more, on the photos"
        + " \(photos.prefix(64).joined(separator: ", "))"
        + (photos.count > 64 ? " and \(photos.count - 64) more" : "")
        + "; the last checkpoint is sound, and a new run may need other photos or lower rates"
    case .cancelled(let run): "cancelled; go on with racnn train --resume \(run)"
    }
  }
}
