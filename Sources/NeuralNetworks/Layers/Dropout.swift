public import Tensors

/// Sets a share of the elements to zero and scales up the others, while the store's `usesDropout`
/// is on: Srivastava et al., "Dropout", JMLR 2014.
public struct Dropout {
  /// The share that is dropped, from 0 to below 1.
  public let rate: Float
  private let store: ParameterStore

  /// Makes a layer that draws from the scope's store.
  public init(_ scope: ParameterScope, rate: Float) {
    precondition(rate >= 0 && rate < 1, "Dropout: the rate \(rate)")
    self.rate = rate
    store = scope.store
  }

  /// The layer's output for `x`, of its shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard store.usesDropout, rate > 0 else { return x }
    return x.dropout(rate, using: &store.generator)
  }
}
