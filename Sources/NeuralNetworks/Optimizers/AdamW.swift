public import Tensors

/// Adam with decoupled weight decay: Loshchilov, Hutter, "Decoupled Weight Decay Regularization",
/// ICLR 2019, as PyTorch's: a step shrinks a parameter by `rate * decay` of itself.
///
/// Each parameter counts its own steps, so that one that was frozen for a while starts anew with
/// the right correction.
public final class AdamW: Optimizer {
  public let groups: [ParameterGroup]
  public var rateFactor: Float = 1
  /// The share of the mean gradient that is kept.
  public let beta1: Float
  /// The share of the mean squared gradient that is kept.
  public let beta2: Float
  /// What is added to the root of the mean square.
  public let epsilon: Float

  private var running = OptimizerState()

  /// Makes an optimizer that has seen no gradient. A parameter twice is a programmer's error and traps.
  public init(
    _ groups: [ParameterGroup], beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
  ) {
    groups.requireDistinct()
    self.groups = groups
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public func prepare(_ parameter: Parameter) { running.prepare(parameter, ["mean", "square"]) }

  public func gather(_ gradient: Tensor, of parameter: Parameter, in group: ParameterGroup) {
    change(parameter) { mean, square, step in
      step += 1
      rule(group).gather(
        gradient, of: parameter, mean: &mean, square: &square, step: step)
    }
  }

  public func move(_ parameter: Parameter, in group: ParameterGroup) {
    change(parameter) { mean, square, step in
      rule(group).move(parameter, mean: mean, square: square, step: step)
    }
  }

  public func update(_ parameter: Parameter, _ gradient: Tensor, in group: ParameterGroup) {
    change(parameter) { mean, square, step in
      step += 1
      rule(group).step(parameter, gradient, mean: &mean, square: &square, step: step)
    }
  }

  public func forget() { running = OptimizerState() }

  private func rule(_ group: ParameterGroup) -> AdamWRule {
    AdamWRule(
      rate: group.learningRate * rateFactor, beta1: beta1, beta2: beta2, epsilon: epsilon,
      decay: group.weightDecay)
  }

  private func change(
    _ parameter: Parameter, _ body: (inout Tensor, inout Tensor, inout Int) -> Void
  ) {
    // Float counts exactly up to 16 million steps.
    var step = Int(running.take(parameter, "step", []).item)
    var mean = running.take(parameter, "mean", parameter.value.shape)
    var square = running.take(parameter, "square", parameter.value.shape)
    body(&mean, &square, &step)
    running.set(parameter, "step", Tensor(Float(step)))
    running.set(parameter, "mean", mean)
    running.set(parameter, "square", square)
  }

  public var state: [String: WeightArray] { running.arrays }

  public func restore(_ state: [String: WeightArray]) throws(WeightsError) {
    // A step that is no count would make an infinite correction.
    for (name, array) in state where name.hasSuffix("/step") {
      guard let step = array.values.first, step >= 0, step < 0x1p24, step == step.rounded() else {
        throw .malformed(
          path: "the optimizer's state", place: name, problem: "it is not a number of steps")
      }
    }
    for (name, array) in state where !name.hasSuffix("/step") {
      let isSquare = name.hasSuffix("/square")
      guard array.values.allSatisfy({ $0.isFinite && !(isSquare && $0 < 0) }) else {
        throw .malformed(
          path: "the optimizer's state", place: name,
          problem: "there is a number in it that no training comes to")
      }
    }
    try running.restore(
      state, parameters, quantities: ["mean": true, "square": true, "step": false])
  }
}
