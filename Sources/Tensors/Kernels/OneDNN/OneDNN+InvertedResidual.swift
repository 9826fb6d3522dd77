#if OneDNN
  internal import CKernels

  extension OneDNNKernels {
    func isFasterAtOnce(_ steps: [ConvolutionProblem]) -> Bool {
      let depthwise = steps[steps.count - 2].geometry
      let expanded = depthwise.inputShape.count / depthwise.batch
      let weights = steps.map(\.geometry).filter { !$0.isDepthwise }
        .reduce(0) { $0 + $1.weightShape.count }
      return expanded >= OneDNNKernels.leastExpanded && weights <= OneDNNKernels.mostWeights
    }

    func invertedResidual(
      _ steps: [ConvolutionProblem], _ x: Tensor, adding added: Tensor?
    ) -> Tensor {
      let (depthwise, project) = (steps[steps.count - 2], steps[steps.count - 1])
      let expand = steps.count > 2 ? steps[0] : nil
      let x = reordered(x, to: blocked)
      let added = added.map { reordered($0, to: blocked) }
      let y = Tensor(uninitialized: project.geometry.outputShape, layout: blocked)
      var problem = racnn_inverted_residual(
        depthwise: racnn_depthwise(depthwise.geometry, blocked), inputs: Int32(x.shape[1]),
        outputs: Int32(project.geometry.outputs),
        expandActivation: (expand?.activation ?? .none).rawValue,
        depthwiseActivation: depthwise.activation.rawValue,
        activation: project.activation.rawValue)
      racnn_inverted_residual_forward(
        &problem, x.pointer, racnn_filters(expand), racnn_filters(depthwise),
        racnn_filters(project), added?.pointer, y.pointer)
      withExtendedLifetime((steps, x, added)) {}
      return y
    }

    // See InvertedResidual.c for what was measured.

    /// Elements of a photo's expanded map, 1 MB: smaller ones stay in a cache by one after another.
    private static let leastExpanded = 1 << 18
    /// They are read again for each row, so they are to stay in the first cache.
    private static let mostWeights = 10_000
  }

  extension racnn_filters {
    fileprivate init(_ step: ConvolutionProblem?) {
      self.init(
        weights: step.map { UnsafePointer($0.weight.pointer) },
        bias: step?.bias.map { UnsafePointer($0.pointer) })
    }
  }
#endif
