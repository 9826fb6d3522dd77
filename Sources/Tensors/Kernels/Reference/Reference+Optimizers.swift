import Glibc

extension KernelSet {
  func sgd(_ update: SGDUpdate, _ weight: UnsafeMutableBufferPointer<Float>) {
    let (velocity, gradient) = (update.velocity, update.gradient)
    for i in weight.indices {
      velocity[i] =
        update.momentum * velocity[i] + (gradient[i] + update.decay * weight[i])
      weight[i] -= update.rate * velocity[i]
    }
  }

  func adamW(_ update: AdamWUpdate, _ weight: UnsafeMutableBufferPointer<Float>) {
    let (mean, square, gradient) = (update.mean, update.square, update.gradient)
    let step = Double(update.step)
    let rate = Float(Double(update.rate) / (1 - pow(Double(update.beta1), step)))
    let correction = Float((1 - pow(Double(update.beta2), step)).squareRoot())
    for i in weight.indices {
      let g = gradient[i]
      weight[i] *= 1 - update.rate * update.decay
      mean[i] += (g - mean[i]) * (1 - update.beta1)
      square[i] = update.beta2 * square[i] + (1 - update.beta2) * g * g
      weight[i] -= rate * mean[i] / (square[i].squareRoot() / correction + update.epsilon)
    }
  }
}
