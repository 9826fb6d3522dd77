#if OneDNN
  internal import CKernels

  extension OneDNNKernels {
    func maxPool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
      let y = Tensor(uninitialized: geometry.outputShape, layout: x.layout)
      var pool = racnn_pool(geometry, x.layout)
      racnn_max_pool(&pool, x.pointer, y.pointer)
      return y
    }

    func maxPoolGradient(_ geometry: PoolGeometry, _ x: Tensor, _ dy: Tensor) -> Tensor {
      let dx = Tensor(uninitialized: x.shape, layout: x.layout)
      var pool = racnn_pool(geometry, x.layout)
      let dy = reordered(dy, to: x.layout)
      racnn_max_pool_gradient(&pool, x.pointer, dy.pointer, dx.pointer)
      return dx
    }

    func averagePool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
      let y = Tensor(uninitialized: geometry.outputShape, layout: x.layout)
      var pool = racnn_pool(geometry, x.layout)
      racnn_average_pool(&pool, geometry.countsPadding ? 1 : 0, x.pointer, y.pointer)
      return y
    }

    func averagePoolGradient(_ geometry: PoolGeometry, _ dy: Tensor) -> Tensor {
      let dx = Tensor(uninitialized: geometry.inputShape, layout: dy.layout)
      var pool = racnn_pool(geometry, dy.layout)
      racnn_average_pool_gradient(&pool, geometry.countsPadding ? 1 : 0, dy.pointer, dx.pointer)
      return dx
    }

    func globalAverage(_ x: Tensor) -> Tensor {
      Tensor([x.shape[0], x.shape[1]]) { y in
        racnn_global_average(
          x.pointer, y.baseAddress, Int32(x.shape[0]), Int32(x.shape[1]),
          Int32(x.shape[2] * x.shape[3]), Int32(x.layout.block))
      }
    }

    func globalAverageGradient(_ dy: Tensor, _ shape: Shape, _ layout: Layout) -> Tensor {
      let (dy, dx) = (dy.plain, Tensor(uninitialized: shape, layout: layout))
      racnn_global_average_gradient(
        dy.pointer, dx.pointer, Int32(shape[0]), Int32(shape[1]), Int32(shape[2] * shape[3]),
        Int32(layout.block))
      return dx
    }

    func channelSums(_ x: Tensor) -> Tensor {
      Tensor([x.shape[1]]) { y in
        racnn_channel_sums(
          x.pointer, y.baseAddress, Int32(x.shape[0]), Int32(x.shape[1]),
          Int32(x.shape[2] * x.shape[3]), Int32(x.layout.block))
      }
    }

    func batchMoments(_ x: Tensor) -> (mean: Tensor, variance: Tensor) {
      let mean = Tensor(uninitialized: [x.shape[1]])
      let variance = Tensor(uninitialized: [x.shape[1]])
      racnn_batch_moments(
        x.pointer, mean.pointer, variance.pointer, Int32(x.shape[0]), Int32(x.shape[1]),
        Int32(x.shape[2] * x.shape[3]), Int32(x.layout.block))
      return (mean, variance)
    }

    func normalized(
      _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float, _ activation: Activation,
      mean: Tensor, variance: Tensor
    ) -> Tensor {
      let y = Tensor(uninitialized: x.shape, layout: x.layout)
      racnn_normalize(
        x.pointer, scale.pointer, shift.pointer, epsilon, activation.rawValue, mean.pointer,
        variance.pointer, y.pointer, Int32(x.shape[0]), Int32(x.shape[1]),
        Int32(x.shape[2] * x.shape[3]), Int32(x.layout.block))
      return y
    }

    func batchNormGradient(
      _ x: Tensor, _ dy: Tensor, scale: Tensor, shift: Tensor, epsilon: Float,
      _ activation: Activation, mean: Tensor, variance: Tensor
    ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
      let dx = Tensor(uninitialized: x.shape, layout: x.layout)
      let dscale = Tensor(uninitialized: [x.shape[1]])
      let dshift = Tensor(uninitialized: [x.shape[1]])
      let dy = reordered(dy, to: x.layout)
      racnn_batch_norm_gradient(
        x.pointer, dy.pointer, scale.pointer, shift.pointer, epsilon, activation.rawValue,
        mean.pointer, variance.pointer, dx.pointer, dscale.pointer, dshift.pointer,
        Int32(x.shape[0]), Int32(x.shape[1]), Int32(x.shape[2] * x.shape[3]),
        Int32(x.layout.block))
      return (dx, dscale, dshift)
    }
  }

  extension racnn_pool {
    fileprivate init(_ geometry: PoolGeometry, _ layout: Layout) {
      self.init(
        batch: Int32(geometry.batch), channels: Int32(geometry.channels),
        block: Int32(layout.block), height: Int32(geometry.height), width: Int32(geometry.width),
        outHeight: Int32(geometry.outHeight), outWidth: Int32(geometry.outWidth),
        window: Int32(geometry.window), stride: Int32(geometry.stride), top: Int32(geometry.top),
        left: Int32(geometry.left))
    }
  }
#endif
