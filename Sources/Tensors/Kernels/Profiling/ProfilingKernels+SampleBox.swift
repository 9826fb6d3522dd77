extension ProfilingKernels {
  private func sample<R>(
    _ kernel: String, _ source: Tensor, _ size: Int, _ body: () -> R
  ) -> R {
    // Four neighbours a sample, weighted and summed.
    let samples = source.shape[0] * source.shape[1] * size * size
    return log.measure(
      kernel, "\(source.shape) to \(size)", operations: 8 * samples, floats: 5 * samples, body)
  }

  func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor {
    sample("crop", source, size) { base.sampleBox(source, box, size: size, edge: edge) }
  }

  func sampleBoxGradient(
    _ source: Tensor, _ box: Tensor, _ dy: Tensor, edge: Float?, wantsSource: Bool, wantsBox: Bool
  ) -> (source: Tensor?, box: Tensor?) {
    sample("crop, gradient", source, dy.shape[2]) {
      base.sampleBoxGradient(
        source, box, dy, edge: edge, wantsSource: wantsSource, wantsBox: wantsBox)
    }
  }
}
