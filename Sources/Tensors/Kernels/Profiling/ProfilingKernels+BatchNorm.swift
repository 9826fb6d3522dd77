extension ProfilingKernels {
  func batchMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
    elementwise("batch moments", x.shape, operations: 3, tensors: 1) { base.batchMoments(x) }
  }

  func normalized(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, _ activation: Activation,
    mean: Tensor, variance: Tensor
  ) -> Tensor {
    elementwise("batch norm", x.shape, operations: 3, tensors: 2) {
      base.normalized(
        x, scale: scale, shift: shift, epsilon: epsilon, activation, mean: mean,
        variance: variance)
    }
  }

  func batchNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, epsilon: Float,
    _ activation: Activation, mean: Tensor, variance: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    // Both inputs are read twice.
    elementwise("batch norm, gradient", x.shape, operations: 10, tensors: 5) {
      base.batchNormGradient(
        x, dy, scale: scale, shift: shift, epsilon: epsilon, activation, mean: mean,
        variance: variance)
    }
  }
}
