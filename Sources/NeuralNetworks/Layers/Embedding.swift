public import Tensors

/// A row of a table for each number, as PyTorch's `nn.Embedding`.
public struct Embedding {
  /// The table `[count, width]`, named `weight`.
  public let weight: Parameter

  /// Makes the table in a scope.
  public init(
    _ scope: ParameterScope, count: Int, width: Int,
    initializer: Initializer = .normal(deviation: 1)
  ) {
    weight = scope.parameter("weight", [count, width], initializer)
  }

  /// The rows of numbers, `[N, T, width]`.
  ///
  /// - Parameter tokens: N lists of T numbers below the table's count; others trap.
  public func callAsFunction(_ tokens: [[Int]]) -> Tensor {
    let length = tokens.first?.count ?? 0
    precondition(
      tokens.allSatisfy { $0.count == length }, "Embedding: lists of more than one length")
    return weight.tensor.gathered(tokens.flatMap { $0 }, axis: 0)
      .reshaped([tokens.count, length, weight.value.shape[1]])
  }
}
