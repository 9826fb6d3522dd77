/// One step of stochastic gradient descent.
struct SGDUpdate {
  let gradient: Tensor
  let velocity: Storage
  let rate: Float
  let momentum: Float
  let decay: Float
}

/// One step of AdamW.
struct AdamWUpdate {
  let gradient: Tensor
  let mean: Storage
  let square: Storage
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
  let update = SGDUpdate(
    gradient: gradient.plain, velocity: velocity.uniqueStorage(), rate: rate, momentum: momentum,
    decay: decay)
  parameter.update { Kernels.current.sgd(update, $0) }
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
  let update = AdamWUpdate(
    gradient: gradient.plain, mean: mean.uniqueStorage(), square: square.uniqueStorage(),
    rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, step: step)
  parameter.update { Kernels.current.adamW(update, $0) }
}
