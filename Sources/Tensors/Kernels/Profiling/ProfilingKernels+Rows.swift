extension ProfilingKernels {
  func layerNorm(
    _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
  ) -> (output: Tensor, means: Tensor, inverses: Tensor) {
    elementwise("layer norm", x.shape, operations: 6, tensors: 2) {
      base.layerNorm(x, scale: scale, shift: shift, epsilon: epsilon)
    }
  }

  func layerNormGradient(
    _ x: Tensor, _ dy: Tensor, scale: Tensor, means: Tensor, inverses: Tensor
  ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
    elementwise("layer norm, gradient", x.shape, operations: 12, tensors: 3) {
      base.layerNormGradient(x, dy, scale: scale, means: means, inverses: inverses)
    }
  }

  func addToRows(_ bias: Tensor, of x: Tensor, into y: Tensor) {
    elementwise("bias", x.shape, operations: 1, tensors: 2) {
      base.addToRows(bias, of: x, into: y)
    }
  }

  func rowSum(_ x: Tensor) -> Tensor {
    elementwise("row sum", x.shape, operations: 1, tensors: 1) { base.rowSum(x) }
  }

  func gelu(_ x: Tensor) -> Tensor {
    elementwise("GELU", x.shape, operations: 30, tensors: 2) { base.gelu(x) }
  }

  func geluGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    elementwise("GELU, gradient", x.shape, operations: 34, tensors: 3) {
      base.geluGradient(x, dy)
    }
  }

  func geluTanh(_ x: Tensor) -> Tensor {
    elementwise("GELU, tanh", x.shape, operations: 22, tensors: 2) { base.geluTanh(x) }
  }

  func geluTanhGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
    elementwise("GELU, tanh, gradient", x.shape, operations: 30, tensors: 3) {
      base.geluTanhGradient(x, dy)
    }
  }
}
