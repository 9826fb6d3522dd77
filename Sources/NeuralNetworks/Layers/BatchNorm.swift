public import Tensors

/// Normalises each channel of `[N, C, H, W]`, then scales and shifts it: Ioffe, Szegedy, "Batch
/// Normalization", ICML 2015.
///
/// With the store's `usesBatchStatistics`, mean and variance are those of the batch, and the
/// running ones move towards them; without, they are the running ones, frozen.
public struct BatchNorm {
  /// The scale `[C]`, named `weight`.
  public let scale: Parameter
  /// The shift `[C]`, named `bias`.
  public let shift: Parameter
  /// The running mean `[C]`, named `running_mean`.
  public let mean: Parameter
  /// The running variance `[C]`, unbiased as PyTorch's, named `running_var`.
  public let variance: Parameter
  /// What is added to a variance.
  public let epsilon: Float
  /// The share of a batch's statistics in the new running ones.
  public let momentum: Float

  private let store: ParameterStore

  /// Makes the parameters and statistics in a scope.
  public init(
    _ scope: ParameterScope, channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1
  ) {
    scale = scope.parameter("weight", [channels], .ones)
    shift = scope.parameter("bias", [channels], .zeros)
    mean = scope.statistic("running_mean", [channels], value: 0)
    variance = scope.statistic("running_var", [channels], value: 1)
    self.epsilon = epsilon
    self.momentum = momentum
    store = scope.store
  }

  /// Whether the batch's statistics are taken now.
  var usesBatchStatistics: Bool { store.usesBatchStatistics }

  /// The layer's output for `x [N, C, H, W]`, the activation fused in.
  public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    precondition(
      x.shape.rank == 4 && x.shape[1] == scale.value.shape[0],
      "BatchNorm: \(x.shape) is not [N, \(scale.value.shape[0]), H, W]")
    if usesBatchStatistics { return trained(x, activation: activation) }
    let (factor, offset) = frozen()
    let channels: Shape = [1, scale.value.shape[0], 1, 1]
    let y = x * factor.reshaped(channels) + offset.reshaped(channels)
    switch activation {
    case .none: return y
    case .relu: return y.relu()
    case .relu6: return y.relu6()
    }
  }

  /// What frozen statistics make of it: `y = x * factor + offset`, both `[C]`.
  func frozen() -> (factor: Tensor, offset: Tensor) {
    let factor = scale.tensor * (1 / (variance.tensor + epsilon).squareRoot())
    return (factor, shift.tensor - mean.tensor * factor)
  }

  private func trained(_ x: Tensor, activation: Activation) -> Tensor {
    let result = batchNorm(
      x, scale: scale.tensor, shift: shift.tensor, epsilon: epsilon, activation: activation)
    // Nothing is known of an empty batch.
    if Tape.isRecomputing || x.shape.count == 0 { return result.output }
    let count = Float(x.shape.count / x.shape[1])
    move(mean, towards: result.mean.values, times: 1)
    move(variance, towards: result.variance.values, times: count / max(1, count - 1))
    return result.output
  }

  private func move(_ statistic: Parameter, towards batch: [Float], times factor: Float) {
    statistic.update { values in
      for channel in values.indices {
        values[channel] += momentum * (batch[channel] * factor - values[channel])
      }
    }
  }
}
