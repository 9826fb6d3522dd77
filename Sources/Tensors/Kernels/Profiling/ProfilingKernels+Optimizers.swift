extension ProfilingKernels {
  func sgd(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule
  ) {
    let (count, cost) = (weight.count, [.gathers: (3, 4), .moves: (2, 3)][halves] ?? (5, 5))
    log.measure("SGD", "\(halves)", operations: cost.0 * count, floats: cost.1 * count) {
      base.sgd(halves, weight, gradient, velocity: velocity, rule)
    }
  }

  func adamW(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, step: Int, _ rule: AdamWRule
  ) {
    let (count, cost) = (weight.count, [.gathers: (7, 5), .moves: (6, 4)][halves] ?? (13, 7))
    log.measure("AdamW", "\(halves)", operations: cost.0 * count, floats: cost.1 * count) {
      base.adamW(halves, weight, gradient, mean: mean, square: square, step: step, rule)
    }
  }
}
