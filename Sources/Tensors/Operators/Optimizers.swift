/// What of an optimizer's step is done; numbered as in C.
package enum StepHalves: Int32, Hashable {
  /// The gradient goes into what the optimizer keeps; the weight stays.
  case gathers = 1
  /// The weight moves by what was gathered.
  case moves = 2
  /// Both in one pass.
  case both = 3
}

/// PyTorch's SGD: `velocity = momentum velocity + gradient + decay weight`, then
/// `weight -= rate velocity`.
package struct SGDRule {
  let rate: Float
  let momentum: Float
  let decay: Float

  package init(rate: Float, momentum: Float, decay: Float) {
    (self.rate, self.momentum, self.decay) = (rate, momentum, decay)
  }

  /// The first half, in place.
  package func gather(_ gradient: Tensor, of parameter: Parameter, into velocity: inout Tensor) {
    requireShapes(parameter, gradient, [velocity])
    let velocity = velocity.uniqueStorage().pointer
    let weight = parameter.value.storage.buffer
    gradient.plain.storage.forEachRun { places, gradient in
      Kernels.current.sgd(
        .gathers, UnsafeMutableBufferPointer(rebasing: weight[places]), gradient,
        velocity: velocity + places.lowerBound, self)
    }
  }

  /// The second half, in place.
  package func move(_ parameter: Parameter, by velocity: Tensor) {
    parameter.update {
      Kernels.current.sgd(.moves, $0, nil, velocity: velocity.storage.pointer, self)
    }
  }

  /// Both, in place.
  package func step(_ parameter: Parameter, _ gradient: Tensor, velocity: inout Tensor) {
    requireShapes(parameter, gradient, [velocity])
    let velocity = velocity.uniqueStorage().pointer
    parameter.update { weight in
      gradient.plain.storage.forEachRun { places, gradient in
        Kernels.current.sgd(
          .both, UnsafeMutableBufferPointer(rebasing: weight[places]), gradient,
          velocity: velocity + places.lowerBound, self)
      }
    }
  }
}

/// PyTorch's AdamW; steps count from 1.
///
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019.
package struct AdamWRule {
  let rate: Float
  let beta1: Float
  let beta2: Float
  let epsilon: Float
  let decay: Float

  package init(rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float) {
    (self.rate, self.beta1, self.beta2) = (rate, beta1, beta2)
    (self.epsilon, self.decay) = (epsilon, decay)
  }

  /// The first half, in place.
  package func gather(
    _ gradient: Tensor, of parameter: Parameter, mean: inout Tensor, square: inout Tensor,
    step: Int
  ) {
    requireShapes(parameter, gradient, [mean, square])
    let (mean, square) = (mean.uniqueStorage().pointer, square.uniqueStorage().pointer)
    let weight = parameter.value.storage.buffer
    gradient.plain.storage.forEachRun { places, gradient in
      Kernels.current.adamW(
        .gathers, UnsafeMutableBufferPointer(rebasing: weight[places]), gradient,
        mean: mean + places.lowerBound, square: square + places.lowerBound, step: step, self)
    }
  }

  /// The second half, in place.
  package func move(_ parameter: Parameter, mean: Tensor, square: Tensor, step: Int) {
    parameter.update {
      Kernels.current.adamW(
        .moves, $0, nil, mean: mean.storage.pointer, square: square.storage.pointer, step: step,
        self)
    }
  }

  /// Both, in place.
  package func step(
    _ parameter: Parameter, _ gradient: Tensor, mean: inout Tensor, square: inout Tensor, step: Int
  ) {
    requireShapes(parameter, gradient, [mean, square])
    let (mean, square) = (mean.uniqueStorage().pointer, square.uniqueStorage().pointer)
    parameter.update { weight in
      gradient.plain.storage.forEachRun { places, gradient in
        Kernels.current.adamW(
          .both, UnsafeMutableBufferPointer(rebasing: weight[places]), gradient,
          mean: mean + places.lowerBound, square: square + places.lowerBound, step: step, self)
      }
    }
  }
}

private func requireShapes(_ parameter: Parameter, _ gradient: Tensor, _ running: [Tensor]) {
  let shape = parameter.value.shape
  precondition(
    gradient.shape == shape && running.allSatisfy { $0.shape == shape },
    "optimizer: \(parameter.name) \(shape) with \(gradient.shape)")
}
