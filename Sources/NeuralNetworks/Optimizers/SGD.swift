public import Tensors

/// Stochastic gradient descent with momentum, as PyTorch's: `v = momentum * v + g + decay * w`, then
/// `w = w - rate * v`.
public final class SGD: Optimizer {
  public let groups: [ParameterGroup]
  public var rateFactor: Float = 1
  /// The share of the velocity that is kept.
  public let momentum: Float

  private var running = OptimizerState()

  /// Makes an optimizer whose velocities are zero. A parameter twice is a programmer's error and traps.
  public init(_ groups: [ParameterGroup], momentum: Float = 0.9) {
    groups.requireDistinct()
    self.groups = groups
    self.momentum = momentum
  }

  public func prepare(_ parameter: Parameter) { running.prepare(parameter, ["velocity"]) }

  public func gather(_ gradient: Tensor, of parameter: Parameter, in group: ParameterGroup) {
    change(parameter) { rule(group).gather(gradient, of: parameter, into: &$0) }
  }

  public func move(_ parameter: Parameter, in group: ParameterGroup) {
    change(parameter) { rule(group).move(parameter, by: $0) }
  }

  public func update(_ parameter: Parameter, _ gradient: Tensor, in group: ParameterGroup) {
    change(parameter) { rule(group).step(parameter, gradient, velocity: &$0) }
  }

  public func forget() { running = OptimizerState() }

  private func change(_ parameter: Parameter, _ body: (inout Tensor) -> Void) {
    var velocity = running.take(parameter, "velocity", parameter.value.shape)
    body(&velocity)
    running.set(parameter, "velocity", velocity)
  }

  private func rule(_ group: ParameterGroup) -> SGDRule {
    SGDRule(rate: group.learningRate * rateFactor, momentum: momentum, decay: group.weightDecay)
  }

  public var state: [String: WeightArray] { running.arrays }

  public func restore(_ state: [String: WeightArray]) throws(WeightsError) {
    try running.restore(state, parameters, quantities: ["velocity": true])
  }
}
