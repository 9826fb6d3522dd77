internal import NeuralNetworks

/// How learning rates change within a stage of training.
public enum RateSchedule: String, Codable, CaseIterable, Sendable {
  /// Up within the first half epoch, or the first tenth of the stage, and down to zero along a cosine.
  case cosine
  /// The same in each step: what the cosine is compared with.
  case constant

  /// The factor on the rates of a stage of `steps`, of which an epoch has `epochSteps`.
  func schedule(steps: Int, epochSteps: Int) -> Schedule {
    switch self {
    case .cosine: .cosine(steps: steps, warmup: min(epochSteps / 2, steps / 10))
    case .constant: .constant
    }
  }
}
