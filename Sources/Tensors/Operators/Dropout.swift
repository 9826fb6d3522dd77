extension Tensor {
  /// Some elements set to zero at random, and the others scaled so that the mean stays.
  ///
  /// Source: Srivastava et al., "Dropout", 2014.
  ///
  /// - Parameters:
  ///   - rate: the share set to zero, from 0 to below 1; another traps.
  ///   - generator: where the chances come from.
  public func dropout(_ rate: Float, using generator: inout RandomGenerator) -> Tensor {
    precondition(rate >= 0 && rate < 1, "dropout: the rate \(rate)")
    guard rate > 0 else { return self }
    return self
      * Tensor(shape) { mask in
        for i in mask.indices { mask[i] = generator.uniform() < rate ? 0 : 1 / (1 - rate) }
      }
  }
}
