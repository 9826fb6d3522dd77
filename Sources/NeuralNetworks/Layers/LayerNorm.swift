public import Tensors

/// Normalises along the last axis, then scales and shifts: Ba, Kiros, Hinton, "Layer
/// Normalization", 2016. `[..., C] -> [..., C]`.
public struct LayerNorm {
  /// The scale `[C]`, named `weight`.
  public let scale: Parameter
  /// The shift `[C]`, named `bias`.
  public let shift: Parameter
  /// What is added to the variance.
  public let epsilon: Float

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, channels: Int, epsilon: Float = 1e-5) {
    scale = scope.parameter("weight", [channels], .ones)
    shift = scope.parameter("bias", [channels], .zeros)
    self.epsilon = epsilon
  }

  /// The layer's output for `x [..., C]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    layerNorm(x, scale: scale.tensor, shift: shift.tensor, epsilon: epsilon)
  }
}
