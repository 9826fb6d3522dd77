public import Tensors

/// `x W^T + b` along the last axis: `[..., I] -> [..., O]`.
public struct Linear {
  /// `[O, I]`.
  public let weight: Parameter
  /// `[O]`, if there is one.
  public let bias: Parameter?

  /// Makes the parameters `weight` and `bias` in a scope.
  ///
  /// - Parameters:
  ///   - initializer: of the weight.
  ///   - biasInitializer: of the bias; evenly within 1 / sqrt(inputs) when nil.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, bias: Bool = true,
    initializer: Initializer = .kaimingUniform, biasInitializer: Initializer? = nil
  ) {
    weight = scope.parameter("weight", [outputs, inputs], initializer)
    let bound = 1 / Float(max(1, inputs)).squareRoot()
    self.bias =
      bias
      ? scope.parameter("bias", [outputs], biasInitializer ?? .uniform(bound: bound)) : nil
  }

  /// The layer's output for `x [..., I]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    linear(x, weight: weight.tensor, bias: bias?.tensor)
  }
}
