#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How the learning rate changes with the steps: a factor on it.
public enum Schedule: Hashable, Sendable, Codable {
  /// Always 1.
  case constant
  /// From 1 to `floor` along half a cosine that ends at `steps`, after `warmup` steps of even
  /// growth: Loshchilov, Hutter, "SGDR", ICLR 2017.
  case cosine(steps: Int, warmup: Int = 0, floor: Float = 0)
  /// From 1 to `floor` evenly, after `warmup` steps of even growth.
  case linear(steps: Int, warmup: Int = 0, floor: Float = 0)
  /// Times `factor` each time that many steps have passed.
  case step(every: Int, factor: Float)

  /// The factor for the step of that index, the first being 0.
  public func factor(at step: Int) -> Float {
    switch self {
    case .constant: return 1
    case .cosine(let steps, let warmup, let floor):
      return Self.warmed(step, steps, warmup) { passed in
        floor + (1 - floor) * Float(0.5 * (1 + cos(Double.pi * passed)))
      }
    case .linear(let steps, let warmup, let floor):
      return Self.warmed(step, steps, warmup) { passed in
        floor + (1 - floor) * Float(1 - passed)
      }
    case .step(let every, let factor):
      return Float(pow(Double(factor), Double(step / max(1, every))))
    }
  }

  /// Even growth at first, and then what `rest` says for the share of the rest that has passed.
  private static func warmed(
    _ step: Int, _ steps: Int, _ warmup: Int, rest: (Double) -> Float
  ) -> Float {
    if step < warmup { return Float(step + 1) / Float(warmup + 1) }
    return rest(min(1, Double(step - warmup) / Double(max(1, steps - warmup))))
  }
}
