#if OneDNN
  internal import CKernels
  internal import COneDNN

  extension OneDNNKernels {
    func convolution(
      _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
      adding added: Tensor?, _ activation: Activation
    ) -> Tensor {
      let winograd = WinogradConvolution(geometry, blocked)
      if let added, winograd == nil, !geometry.isPointwise {
        let y = convolution(geometry, x, weight, bias, adding: nil, .none)
        return sum(y, added, activation)
      }
      if geometry.isDepthwise, geometry.inputs > 1 {
        let x = reordered(x, to: blocked)
        let y = Tensor(uninitialized: geometry.outputShape, layout: blocked)
        var depthwise = racnn_depthwise(geometry, blocked)
        racnn_depthwise_forward(
          &depthwise, x.pointer, weight.pointer, bias?.pointer, activation.rawValue, y.pointer)
        return y
      }
      let x = reordered(x, to: inputLayout(geometry, x))
      let y = Tensor(uninitialized: geometry.outputShape, layout: outputLayout(geometry))
      let added = added.map { reordered($0, to: y.layout) }
      if let winograd {
        winograd.forward(
          x, weight, bias.map { rounded($0, y.layout) }, adding: added, activation, into: y)
        return y
      }
      var problem = racnn_convolution(geometry, RACNN_FORWARD, x.layout, y.layout)
      problem.activation = activation.rawValue
      problem.has_bias = bias == nil ? 0 : 1
      problem.adds = added == nil ? 0 : 1
      let primitive = primitives[problem]
      let packed = primitive.packed(weight)
      let padded = bias.map { rounded($0, y.layout) }
      primitive.run(x.storage, packed, padded, adding: added?.storage, y.storage)
      return y
    }

    func maxPooledConvolution(
      _ geometry: ConvolutionGeometry, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?,
      _ activation: Activation
    ) -> Tensor {
      guard let winograd = WinogradConvolution(geometry, blocked) else {
        return maxPool(
          geometry.pooled, convolution(geometry, x, weight, bias, adding: nil, activation))
      }
      let x = reordered(x, to: blocked)
      let y = Tensor(uninitialized: geometry.pooled.outputShape, layout: blocked)
      winograd.forward(
        x, weight, bias.map { rounded($0, blocked) }, activation, pools: true, into: y)
      return y
    }

    func convolutionDataGradient(
      _ geometry: ConvolutionGeometry, _ gradient: ActivatedGradient, _ weight: Tensor,
      of x: ActivatedOutput?
    ) -> Tensor {
      // Blocked even where the forward pass read a plain picture: oneDNN's gradient to a plain
      // picture of three channels runs in its reference code.
      let layout = outputLayout(geometry)
      let dx = Tensor(uninitialized: geometry.inputShape, layout: layout)
      let x = x.map(inBlocks)
      if geometry.isDepthwise, geometry.inputs > 1 {
        let dy = reordered(gradient.values, to: layout)
        let y = gradient.output.map(inBlocks)
        var depthwise = racnn_depthwise(geometry, blocked)
        racnn_depthwise_data_gradient(
          &depthwise, dy.pointer, racnn_activated(y), weight.pointer, racnn_activated(x),
          dx.pointer)
        if let x { dx.storage.cut(by: x.values.storage) }
        return dx
      }
      let dy = reordered(gradient.beforeActivation, to: layout)
      if let winograd = WinogradConvolution(geometry, blocked) {
        winograd.dataGradient(dy, weight, of: x, into: dx)
        if let x { dx.storage.cut(by: x.values.storage) }
        return dx
      }
      let problem = racnn_convolution(geometry, RACNN_DATA_GRADIENT, layout, layout)
      let primitive = primitives[problem]
      primitive.run(dx.storage, primitive.packed(weight), nil, dy.storage)
      return dx
    }

    func convolutionWeightGradient(
      _ geometry: ConvolutionGeometry, _ x: Tensor, _ gradient: ActivatedGradient, wantsBias: Bool
    ) -> (weight: Tensor, bias: Tensor?) {
      let dw = Tensor(uninitialized: geometry.weightShape)
      if geometry.isDepthwise, geometry.inputs > 1 {
        let (x, dy) = (reordered(x, to: blocked), reordered(gradient.values, to: blocked))
        let y = gradient.output.map(inBlocks)
        let db = wantsBias ? Tensor(uninitialized: [geometry.outputs]) : nil
        var depthwise = racnn_depthwise(geometry, blocked)
        racnn_depthwise_weights_gradient(
          &depthwise, x.pointer, dy.pointer, racnn_activated(y), dw.pointer, db?.pointer)
        return (dw, db)
      }
      let dy = reordered(gradient.beforeActivation, to: outputLayout(geometry))
      let db = wantsBias ? channelSums(dy) : nil
      let x = reordered(x, to: inputLayout(geometry, x))
      if let winograd = WinogradConvolution(geometry, blocked) {
        winograd.weightGradient(x, dy, into: dw)
        return (dw, db)
      }
      let problem = racnn_convolution(geometry, RACNN_WEIGHTS_GRADIENT, x.layout, dy.layout)
      let primitive = primitives[problem]
      let packed = Storage(count: primitive.packedCount)
      primitive.run(x.storage, packed, nil, dy.storage)
      primitive.unpack(packed, into: dw)
      return (dw, db)
    }

    private func inBlocks(_ output: ActivatedOutput) -> ActivatedOutput {
      ActivatedOutput(reordered(output.values, to: blocked), output.activation) ?? output
    }

    /// Few channels are read plain, as the photo comes; blocks of them would be mostly padding.
    private func inputLayout(_ geometry: ConvolutionGeometry, _ x: Tensor) -> Layout {
      if geometry.groups > 1, !geometry.isDepthwise { return .plain }
      return geometry.inputs <= 4 ? .plain : blocked
    }

    private func outputLayout(_ geometry: ConvolutionGeometry) -> Layout {
      geometry.groups > 1 && !geometry.isDepthwise ? .plain : blocked
    }

    /// The bias with zeros for the lanes beyond the last channel.
    private func rounded(_ bias: Tensor, _ layout: Layout) -> Storage {
      let count = (bias.shape[0] + layout.block - 1) / layout.block * layout.block
      guard count > bias.shape[0] else { return bias.storage }
      let padded = Storage(count: count)
      padded.buffer.update(repeating: 0)
      padded.pointer.update(from: bias.pointer, count: bias.shape[0])
      return padded
    }
  }

  extension racnn_convolution {
    fileprivate init(
      _ geometry: ConvolutionGeometry, _ kind: some BinaryInteger, _ input: Layout,
      _ output: Layout
    ) {
      self.init()
      self.kind = Int32(kind)
      batch = Int32(geometry.batch)
      groups = Int32(geometry.groups)
      inputs = Int32(geometry.inputs)
      outputs = Int32(geometry.outputs)
      height = Int32(geometry.height)
      width = Int32(geometry.width)
      out_height = Int32(geometry.outHeight)
      out_width = Int32(geometry.outWidth)
      kernel_height = Int32(geometry.kernelHeight)
      kernel_width = Int32(geometry.kernelWidth)
      stride = Int32(geometry.stride)
      dilation = Int32(geometry.dilation)
      top = Int32(geometry.top)
      left = Int32(geometry.left)
      input_block = Int32(input.block)
      output_block = Int32(output.block)
    }
  }

  extension racnn_activated {
    init(_ output: ActivatedOutput?) {
      self.init(
        output: output.map { UnsafePointer($0.values.pointer) },
        activation: (output?.activation ?? .none).rawValue)
    }
  }

  extension racnn_depthwise {
    init(_ geometry: ConvolutionGeometry, _ layout: Layout) {
      self.init(
        batch: Int32(geometry.batch), channels: Int32(geometry.inputs),
        block: Int32(layout.block), height: Int32(geometry.height), width: Int32(geometry.width),
        outHeight: Int32(geometry.outHeight), outWidth: Int32(geometry.outWidth),
        kernelHeight: Int32(geometry.kernelHeight), kernelWidth: Int32(geometry.kernelWidth),
        stride: Int32(geometry.stride), dilation: Int32(geometry.dilation),
        top: Int32(geometry.top), left: Int32(geometry.left))
    }
  }
#endif
