extension ProfilingKernels {
  private func pool<R>(_ kernel: String, _ geometry: PoolGeometry, _ body: () -> R) -> R {
    let outputs = geometry.batch * geometry.channels * geometry.outHeight * geometry.outWidth
    let inputs = geometry.batch * geometry.channels * geometry.height * geometry.width
    return log.measure(
      kernel,
      "\(geometry.batch) x \(geometry.channels), \(geometry.height) x \(geometry.width), "
        + "\(geometry.window)/\(geometry.stride)",
      operations: outputs * geometry.window * geometry.window, floats: inputs + outputs, body)
  }

  func maxPool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    pool("max pool", geometry) { base.maxPool(geometry, x) }
  }

  func maxPoolGradient(_ geometry: PoolGeometry, _ x: Tensor, _ dy: Tensor) -> Tensor {
    pool("max pool, gradient", geometry) { base.maxPoolGradient(geometry, x, dy) }
  }

  func averagePool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    pool("average pool", geometry) { base.averagePool(geometry, x) }
  }

  func averagePoolGradient(_ geometry: PoolGeometry, _ dy: Tensor) -> Tensor {
    pool("average pool, gradient", geometry) { base.averagePoolGradient(geometry, dy) }
  }

  func globalAverage(_ x: Tensor) -> Tensor {
    elementwise("global average", x.shape, operations: 1, tensors: 1) { base.globalAverage(x) }
  }

  func globalAverageGradient(_ dy: Tensor, _ shape: Shape, _ layout: Layout) -> Tensor {
    elementwise("global average, gradient", shape, operations: 0, tensors: 1) {
      base.globalAverageGradient(dy, shape, layout)
    }
  }
}
