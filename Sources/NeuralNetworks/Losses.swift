public import Tensors

/// The mean of the squared differences of two tensors of one shape; a scalar.
public func meanSquaredError(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  precondition(
    prediction.shape == target.shape, "meanSquaredError: \(prediction.shape) and \(target.shape)")
  return (prediction - target).squared().mean()
}

/// The mean of a loss that is square near zero and linear beyond 1: Girshick, "Fast R-CNN", ICCV
/// 2015. Both tensors are of one shape; a scalar.
public func smoothL1(_ prediction: Tensor, _ target: Tensor) -> Tensor {
  precondition(
    prediction.shape == target.shape, "smoothL1: \(prediction.shape) and \(target.shape)")
  let difference = prediction - target
  let size = difference.relu() + (-difference).relu()
  // Not `size - (size - 1).relu()`, which is 0 where floats are whole numbers.
  let capped = 1 - (1 - size).relu()
  return (capped * (size - 0.5 * capped)).mean()
}

/// Cross-entropy with target probabilities in place of classes, both `[N, K]`, averaged over N.
public func crossEntropy(_ logits: Tensor, probabilities: Tensor) -> Tensor {
  precondition(
    logits.shape == probabilities.shape, "crossEntropy: \(logits.shape), \(probabilities.shape)")
  return -(probabilities * logits.logSoftmax()).sum() / Float(max(1, logits.shape[0]))
}
