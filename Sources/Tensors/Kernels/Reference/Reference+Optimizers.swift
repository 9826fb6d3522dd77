import Glibc

extension KernelSet {
  func sgd(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule
  ) {
    for i in weight.indices {
      if let gradient, halves != .moves {
        velocity[i] = rule.momentum * velocity[i] + (gradient[i] + rule.decay * weight[i])
      }
      if halves != .gathers { weight[i] -= rule.rate * velocity[i] }
    }
  }

  func adamW(
    _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
    _ gradient: UnsafePointer<Float>?, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, step: Int, _ rule: AdamWRule
  ) {
    let step = Double(step)
    let rate = Float(Double(rule.rate) / (1 - pow(Double(rule.beta1), step)))
    let correction = Float((1 - pow(Double(rule.beta2), step)).squareRoot())
    for i in weight.indices {
      if let gradient, halves != .moves {
        let g = gradient[i]
        mean[i] += (g - mean[i]) * (1 - rule.beta1)
        square[i] = rule.beta2 * square[i] + (1 - rule.beta2) * g * g
      }
      if halves != .gathers {
        weight[i] *= 1 - rule.rate * rule.decay
        weight[i] -= rate * mean[i] / (square[i].squareRoot() / correction + rule.epsilon)
      }
    }
  }
}
