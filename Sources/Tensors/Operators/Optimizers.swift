/// One step of stochastic gradient descent, of as many values as the weight has.
struct SGDUpdate {
  let gradient: UnsafePointer<Float>
  let velocity: UnsafeMutablePointer<Float>
  let rate: Float
  let momentum: Float
  let decay: Float
}

/// One step of AdamW, of as many values as the weight has.
struct AdamWUpdate {
  let gradient: UnsafePointer<Float>
  let mean: UnsafeMutablePointer<Float>
  let square: UnsafeMutablePointer<Float>
  let rate: Float
  let beta1: Float
  let beta2: Float
  let epsilon: Float
  let decay: Float
  let step: Int
}

/// PyTorch's SGD, in place: `velocity = momentum velocity + gradient + decay weight`, then
/// `weight -= rate velocity`.
package func sgdStep(
  _ parameter: Parameter, gradient: Tensor, velocity: inout Tensor, rate: Float, momentum: Float,
  decay: Float
) {
  precondition(
    gradient.shape == parameter.value.shape && velocity.shape == gradient.shape,
    "sgdStep: \(parameter.name) \(parameter.value.shape) with \(gradient.shape)")
  let velocity = velocity.uniqueStorage()
  parameter.update { weight in
    gradient.plain.storage.forEachRun { places, gradient in
      let update = SGDUpdate(
        gradient: gradient, velocity: velocity.pointer + places.lowerBound, rate: rate,
        momentum: momentum, decay: decay)
      Kernels.current.sgd(update, UnsafeMutableBufferPointer(rebasing: weight[places]))
    }
  }
}

/// PyTorch's AdamW, in place; `step` counts from 1.
///
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019.
package func adamWStep(
  _ parameter: Parameter, gradient: Tensor, mean: inout Tensor, square: inout Tensor, rate: Float,
  beta1: Float, beta2: Float, epsilon: Float, decay: Float, step: Int
) {
  precondition(
    gradient.shape == parameter.value.shape && mean.shape == gradient.shape
      && square.shape == gradient.shape,
    "adamWStep: \(parameter.name) \(parameter.value.shape) with \(gradient.shape)")
  let (mean, square) = (mean.uniqueStorage(), square.uniqueStorage())
  parameter.update { weight in
    gradient.plain.storage.forEachRun { places, gradient in
      let update = AdamWUpdate(
        gradient: gradient, mean: mean.pointer + places.lowerBound,
        square: square.pointer + places.lowerBound, rate: rate, beta1: beta1, beta2: beta2,
        epsilon: epsilon, decay: decay, step: step)
      Kernels.current.adamW(update, UnsafeMutableBufferPointer(rebasing: weight[places]))
    }
  }
}
