#if OneDNN
  internal import CKernels

  extension OneDNNKernels {
    func layerNorm(
      _ x: Tensor, scale: Tensor, shift: Tensor, epsilon: Float
    ) -> (output: Tensor, means: Tensor, inverses: Tensor) {
      let (rows, columns) = x.shape.rowsAndColumns
      let y = Tensor(uninitialized: x.shape)
      let (means, inverses) = (Tensor(uninitialized: [rows]), Tensor(uninitialized: [rows]))
      racnn_layer_norm(
        x.pointer, scale.pointer, shift.pointer, epsilon, y.pointer, means.pointer,
        inverses.pointer, rows, columns)
      return (y, means, inverses)
    }

    func layerNormGradient(
      _ x: Tensor, _ dy: Tensor, scale: Tensor, means: Tensor, inverses: Tensor
    ) -> (dx: Tensor, dscale: Tensor, dshift: Tensor) {
      let (rows, columns) = x.shape.rowsAndColumns
      let dx = Tensor(uninitialized: x.shape)
      let (dscale, dshift) = (Tensor(uninitialized: [columns]), Tensor(uninitialized: [columns]))
      racnn_layer_norm_gradient(
        x.pointer, dy.pointer, scale.pointer, means.pointer, inverses.pointer, dx.pointer,
        dscale.pointer, dshift.pointer, rows, columns)
      return (dx, dscale, dshift)
    }

    func addToRows(_ bias: Tensor, of x: Tensor, into y: Tensor) {
      let (rows, columns) = x.shape.rowsAndColumns
      racnn_add_to_rows(x.pointer, bias.pointer, y.pointer, rows, columns)
    }

    func rowSum(_ x: Tensor) -> Tensor {
      let (rows, columns) = x.shape.rowsAndColumns
      return Tensor([columns]) { sums in
        racnn_row_sum(x.pointer, sums.baseAddress, rows, columns)
      }
    }

    func gelu(_ x: Tensor) -> Tensor {
      let y = Tensor(uninitialized: x.shape)
      racnn_gelu(x.pointer, y.pointer, x.shape.count)
      return y
    }

    func geluGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
      let dx = Tensor(uninitialized: x.shape)
      racnn_gelu_gradient(x.pointer, dy.pointer, dx.pointer, x.shape.count)
      return dx
    }

    func geluTanh(_ x: Tensor) -> Tensor {
      let y = Tensor(uninitialized: x.shape)
      racnn_gelu_tanh(x.pointer, y.pointer, x.shape.count)
      return y
    }

    func geluTanhGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
      let dx = Tensor(uninitialized: x.shape)
      racnn_gelu_tanh_gradient(x.pointer, dy.pointer, dx.pointer, x.shape.count)
      return dx
    }
  }
#endif
