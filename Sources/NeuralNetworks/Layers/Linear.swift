public import Tensors

/// `x W^T + b` along the last axis: `[..., I] -> [..., O]`.
public struct Linear {
  /// `[O, I]`.
  public let weight: Parameter
  /// `[O]`, if there is one.
  public let bias: Parameter?

  /// Makes the parameters `weight` and `bias` in a scope.
  ///
  /// - Parameter initializer: of the weight; the bias starts evenly within 1 / sqrt(inputs).
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, bias: Bool = true,
    initializer: Initializer = .kaimingUniform
  ) {
    weight = scope.parameter("weight", [outputs, inputs], initializer)
    let bound = 1 / Float(max(1, inputs)).squareRoot()
    self.bias = bias ? scope.parameter("bias", [outputs], .uniform(bound: bound)) : nil
  }

  /// The layer's output for `x [..., I]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    // One product of matrices whatever the rank: the weight is not repeated for each batch.
    let rows = x.shape.rank == 2 ? x : x.reshaped([x.shape.count / x.shape[-1], x.shape[-1]])
    var y = rows.matrixProduct(weight.tensor, transposingRight: true)
    if let bias { y = y + bias.tensor }
    return x.shape.rank == 2
      ? y : y.reshaped(Shape(x.shape.dimensions.dropLast() + [weight.value.shape[0]]))
  }
}
