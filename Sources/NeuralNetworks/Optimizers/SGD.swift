public import Tensors

/// Stochastic gradient descent with momentum, as PyTorch's: `v = momentum * v + g + decay * w`, then
/// `w = w - rate * v`.
public final class SGD: Optimizer {
  public let groups: [ParameterGroup]
  public var rateFactor: Float = 1
  /// The share of the velocity that is kept.
  public let momentum: Float

  private var running = OptimizerState()

  /// Makes an optimizer whose velocities are zero.
  public init(_ groups: [ParameterGroup], momentum: Float = 0.9) {
    self.groups = groups
    self.momentum = momentum
  }

  public func prepare(_ parameter: Parameter) { running.prepare(parameter, ["velocity"]) }

  public func update(_ parameter: Parameter, _ gradient: Tensor, in group: ParameterGroup) {
    var velocity = running.take(parameter, "velocity", parameter.value.shape)
    sgdStep(
      parameter, gradient: gradient, velocity: &velocity, rate: group.learningRate * rateFactor,
      momentum: momentum, decay: group.weightDecay)
    running.set(parameter, "velocity", velocity)
  }

  public var state: [String: WeightArray] { running.arrays }

  public func restore(_ state: [String: WeightArray]) throws(WeightsError) {
    try running.restore(state, parameters, quantities: ["velocity": true])
  }
}
