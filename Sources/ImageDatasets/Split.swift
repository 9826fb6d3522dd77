/// The part that a photo plays in a training.
public enum Split: String, CaseIterable, Codable, Sendable {
  /// What networks are fitted to.
  case train
  /// What choices are made on: when to stop, which settings to take.
  case validation
  /// What is measured once, at the end.
  case test

  /// The split whose folder bears `name`, whatever its case.
  init?(folder name: String) {
    switch name.lowercased() {
    case "train": self = .train
    case "val", "valid", "validation": self = .validation
    case "test": self = .test
    default: return nil
    }
  }
}
