import Glibc

extension KernelSet {
  func sgdGather(
    _ gradient: UnsafeBufferPointer<Float>, weight: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule
  ) {
    for i in gradient.indices {
      velocity[i] = rule.momentum * velocity[i] + (gradient[i] + rule.decay * weight[i])
    }
  }

  func sgdMove(
    _ weight: UnsafeMutableBufferPointer<Float>, velocity: UnsafePointer<Float>, _ rule: SGDRule
  ) {
    for i in weight.indices { weight[i] -= rule.rate * velocity[i] }
  }

  func adamWGather(
    _ gradient: UnsafeBufferPointer<Float>, mean: UnsafeMutablePointer<Float>,
    square: UnsafeMutablePointer<Float>, _ rule: AdamWRule
  ) {
    for (i, g) in gradient.enumerated() {
      mean[i] += (g - mean[i]) * (1 - rule.beta1)
      square[i] = rule.beta2 * square[i] + (1 - rule.beta2) * g * g
    }
  }

  func adamWMove(
    _ weight: UnsafeMutableBufferPointer<Float>, mean: UnsafePointer<Float>,
    square: UnsafePointer<Float>, step: Int, _ rule: AdamWRule
  ) {
    let step = Double(step)
    let rate = Float(Double(rule.rate) / (1 - pow(Double(rule.beta1), step)))
    let correction = Float((1 - pow(Double(rule.beta2), step)).squareRoot())
    for i in weight.indices {
      weight[i] *= 1 - rule.rate * rule.decay
      weight[i] -= rate * mean[i] / (square[i].squareRoot() / correction + rule.epsilon)
    }
  }
}
