public import Tensors

/// A learned vector for each position: Gehring et al., "Convolutional Sequence to Sequence
/// Learning", ICML 2017; BERT's and ViT's way.
public struct LearnedEncoding {
  /// `[maximum length, D]`, named `weight`.
  public let weight: Parameter

  /// Makes the parameter in a scope, drawn with a deviation of 0.02.
  public init(_ scope: ParameterScope, maximumLength: Int, width: Int) {
    weight = scope.parameter("weight", [maximumLength, width], .normal(deviation: 0.02))
  }

  /// `x [..., T, D]` with the vectors of its T positions added; the first has the number `start`. A
  /// position beyond the maximum length traps.
  public func callAsFunction(_ x: Tensor, from start: Int = 0) -> Tensor {
    let (length, width) = (weight.value.shape[0], weight.value.shape[1])
    precondition(
      x.shape.rank >= 2 && x.shape[-1] == width && start >= 0 && start + x.shape[-2] <= length,
      "LearnedEncoding: \(x.shape) from \(start) with \(weight.value.shape)")
    return x + weight.tensor.sliced(start..<start + x.shape[-2], axis: 0)
  }
}
