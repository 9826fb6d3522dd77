public import Tensors

extension RecurrentAttentionCNN {
  /// How many scales look for the decision: those after the last that has a weight need not.
  package var looks: Int { decision.looks(scales: scales.count) }

  /// Looks at `source [N, 3, S, S]`, and closer only at photos that are not decided yet: those whose
  /// calibrated probability is below `confidence`. Scales that the decision leaves out are not looked
  /// at where no other comes after them.
  ///
  /// - Returns: Photos that were decided after as many looks, by their places in the batch, with
  ///   what was seen of them; each photo is in one group.
  public func lookingAsNeeded(
    _ source: Tensor, confidence: Float
  ) -> [(photos: [Int], output: Output)] {
    var groups: [(photos: [Int], output: Output)] = []
    var photos = Array(0..<source.shape[0])
    var (source, box) = (source, Box.whole(count: source.shape[0]))
    var views: [View] = []
    for (index, scale) in scales.prefix(looks).enumerated() {
      views.append(scale(source, box))
      let isLast = index + 1 == looks
      let output = output(of: views)
      let surest = isLast ? [] : output.probabilities.max(1).values
      let open = photos.indices.filter { !isLast && surest[$0] < confidence }
      let decided = photos.indices.filter { isLast || !(surest[$0] < confidence) }
      if !decided.isEmpty {
        let isAll = decided.count == photos.count
        groups.append((decided.map { photos[$0] }, isAll ? output : output.rows(decided)))
      }
      if open.isEmpty { break }
      if open.count < photos.count {
        photos = open.map { photos[$0] }
        source = source.gathered(open, axis: 0)
        views = views.map { $0.rows(open) }
      }
      box = nextBox(after: views[index], scale: index)
    }
    return groups
  }

  /// The kernels whose operations are products and their sums.
  private static let products: Set = [
    "convolution", "depthwise", "inverted residual", "matrix product", "attention",
  ]

  /// Multiply-accumulates of a photo once 1, 2, ... scales have looked; an APN's are counted with the look
  /// that it leads to. Where the largest response says where to look, finding it is not counted.
  public func multiplyAccumulates() -> [Double] {
    let side = configuration.sourceSize
    let source = Tensor.zeros([1, 3, side, side])
    var (sum, proposal) = (0.0, 0.0)
    return scales.indices.map { index in
      let scale = scales[index]
      let (view, look) = Self.productsCounted { scale(source, Box.whole(count: 1)) }
      sum += proposal + look
      if index + 1 < scales.count, boxPolicy == .learned {
        proposal = Self.productsCounted { scale.proposal?(view.features) }.operations
      }
      return sum
    }
  }

  /// What a closure returns, and the multiply-accumulates in it.
  private static func productsCounted<R>(_ body: () -> R) -> (result: R, operations: Double) {
    let (result, timings) = Kernels.profiling { withoutTape(body) }
    let counted = timings.filter { products.contains($0.kernel) }
    return (result, counted.reduce(0) { $0 + $1.operations / 2 })
  }
}

extension View {
  /// What was seen of some photos of the batch.
  func rows(_ rows: [Int]) -> View {
    View(
      box: Box(box.values.gathered(rows, axis: 0)), features: features.gathered(rows, axis: 0),
      descriptor: descriptor.gathered(rows, axis: 0), logits: logits.gathered(rows, axis: 0),
      response: { response().gathered(rows, axis: 0) })
  }
}

extension RecurrentAttentionCNN.Output {
  /// What was seen of some photos of the batch.
  func rows(_ rows: [Int]) -> RecurrentAttentionCNN.Output {
    RecurrentAttentionCNN.Output(
      views: views.map { $0.rows(rows) }, fused: fused?.gathered(rows, axis: 0),
      decision: decision)
  }
}
