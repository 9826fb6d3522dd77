extension KernelSet {
  func convolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    adding added: Tensor?, _ activation: Activation
  ) -> Tensor {
    let (x, weight) = (x.plain, weight.plain)
    let y = Tensor(uninitialized: geometry.outputShape)
    for i in 0..<y.shape.count {
      y.pointer[i] = bias?.pointer[i / geometry.outputArea % geometry.outputs] ?? 0
    }
    geometry.forEachRow { row in
      let (y, x) = (y.pointer + row.output, x.pointer + row.input)
      let w = weight.pointer[row.weight]
      for i in 0..<row.count { y[i] += w * x[i * row.stride] }
    }
    if let added { return sum(y, added, activation) }
    return activation == .none ? y : y.mapped { activation($0) }
  }

  func maxPooledConvolution(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
    _ activation: Activation
  ) -> Tensor {
    maxPool(geometry.pooled, convolution(geometry, x, weight, bias, adding: nil, activation))
  }

  func isFasterAtOnce(_ steps: [ConvolutionProblem]) -> Bool { false }

  func invertedResidual(
    _ steps: [ConvolutionProblem], _ x: Tensor, adding added: Tensor?
  ) -> Tensor {
    steps.enumerated().reduce(x) { x, next in
      let (index, step) = next
      return convolution(
        step.geometry, x, step.weight, step.bias,
        adding: index == steps.count - 1 ? added : nil, step.activation)
    }
  }

  func convolutionDataGradient(
    _ geometry: ConvolutionGeometry, _ dy: ActivatedGradient, _ weight: Tensor,
    of x: ActivatedOutput?
  ) -> Tensor {
    let (dy, weight) = (dy.beforeActivation.plain, weight.plain)
    let dx = Tensor.zeros(geometry.inputShape)
    geometry.forEachRow { row in
      let (dy, dx) = (dy.pointer + row.output, dx.pointer + row.input)
      let w = weight.pointer[row.weight]
      for i in 0..<row.count { dx[i * row.stride] += w * dy[i] }
    }
    return dx
  }

  func convolutionWeightGradient(
    _ geometry: ConvolutionGeometry, _ x: Tensor, _ dy: ActivatedGradient, wantsBias: Bool
  ) -> (weight: Tensor, bias: Tensor?) {
    let (x, dy) = (x.plain, dy.beforeActivation.plain)
    let dw = Tensor(geometry.weightShape) { dw in
      dw.update(repeating: 0)
      geometry.forEachRow { row in
        let (dy, x) = (dy.pointer + row.output, x.pointer + row.input)
        var sum: Float = 0
        for i in 0..<row.count { sum += dy[i] * x[i * row.stride] }
        dw[row.weight] += sum
      }
    }
    return (dw, wantsBias ? channelSums(dy) : nil)
  }

  func channelSums(_ x: Tensor) -> Tensor {
    let (shape, x) = (x.shape, x.plain)
    let area = shape[2] * shape[3]
    return Tensor([shape[1]]) { y in
      y.update(repeating: 0)
      for i in 0..<shape[0] * shape[1] {
        for j in 0..<area { y[i % shape[1]] += x.pointer[i * area + j] }
      }
    }
  }
}

extension ConvolutionGeometry {
  /// A run of outputs in one row that one weight ties to inputs `stride` apart; offsets into
  /// row-major tensors.
  fileprivate struct Row {
    let output: Int
    let input: Int
    let weight: Int
    let stride: Int
    let count: Int
  }

  fileprivate func forEachRow(_ body: (Row) -> Void) {
    let (inputsPerGroup, outputsPerGroup) = (inputs / groups, outputs / groups)
    for n in 0..<batch {
      for o in 0..<outputs {
        for i in 0..<inputsPerGroup {
          let channel = o / outputsPerGroup * inputsPerGroup + i
          for ky in 0..<kernelHeight {
            for kx in 0..<kernelWidth {
              let weight = ((o * inputsPerGroup + i) * kernelHeight + ky) * kernelWidth + kx
              let shift = kx * dilation - left
              let columns = columns(shift: shift)
              guard !columns.isEmpty else { continue }
              for y in 0..<outHeight {
                let row = y * stride + ky * dilation - top
                guard row >= 0, row < height else { continue }
                body(
                  Row(
                    output: ((n * outputs + o) * outHeight + y) * outWidth + columns.lowerBound,
                    input: ((n * inputs + channel) * height + row) * width
                      + columns.lowerBound * stride + shift,
                    weight: weight, stride: stride, count: columns.count))
              }
            }
          }
        }
      }
    }
  }

  /// The output columns whose input column, `shift` to the right, lies in the picture.
  private func columns(shift: Int) -> Range<Int> {
    let first = min(outWidth, max(0, (-shift + stride - 1) / stride))
    let end = shift >= width ? 0 : min(outWidth, (width - 1 - shift) / stride + 1)
    return first..<max(first, end)
  }
}
