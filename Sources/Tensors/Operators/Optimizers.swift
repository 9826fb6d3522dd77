/// PyTorch's SGD in two halves: `velocity = momentum velocity + gradient + decay weight`, then
/// `weight -= rate velocity`.
package struct SGDRule {
  package var rate: Float
  package var momentum: Float
  package var decay: Float

  package init(rate: Float, momentum: Float, decay: Float) {
    (self.rate, self.momentum, self.decay) = (rate, momentum, decay)
  }

  /// The first half, in place. The parameter keeps its values.
  package func gather(_ gradient: Tensor, of parameter: Parameter, into velocity: inout Tensor) {
    requireShapes(parameter, gradient, [velocity])
    let (weight, velocity) = (parameter.value.storage.pointer, velocity.uniqueStorage().pointer)
    gradient.plain.storage.forEachRun { places, gradient in
      let start = places.lowerBound
      Kernels.current.sgdGather(
        UnsafeBufferPointer(start: gradient, count: places.count), weight: weight + start,
        velocity: velocity + start, self)
    }
  }

  /// The second half, in place.
  package func move(_ parameter: Parameter, by velocity: Tensor) {
    parameter.update { Kernels.current.sgdMove($0, velocity: velocity.storage.pointer, self) }
  }

  /// Both, of a gradient that is made in runs while a run is in the cache.
  package func step(_ parameter: Parameter, _ gradient: Tensor, velocity: inout Tensor) {
    requireShapes(parameter, gradient, [velocity])
    let velocity = velocity.uniqueStorage().pointer
    parameter.update { weight in
      gradient.plain.storage.forEachRun { places, gradient in
        let part = UnsafeMutableBufferPointer(rebasing: weight[places])
        guard let start = part.baseAddress else { return }
        let velocity = velocity + places.lowerBound
        Kernels.current.sgdGather(
          UnsafeBufferPointer(start: gradient, count: places.count), weight: start,
          velocity: velocity, self)
        Kernels.current.sgdMove(part, velocity: velocity, self)
      }
    }
  }
}

/// PyTorch's AdamW in two halves.
///
/// Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019.
package struct AdamWRule {
  package var rate: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  package var decay: Float

  package init(rate: Float, beta1: Float, beta2: Float, epsilon: Float, decay: Float) {
    (self.rate, self.beta1, self.beta2) = (rate, beta1, beta2)
    (self.epsilon, self.decay) = (epsilon, decay)
  }

  /// The first half, in place: means of the gradient and its square.
  package func gather(_ gradient: Tensor, mean: inout Tensor, square: inout Tensor) {
    precondition(
      mean.shape == gradient.shape && square.shape == gradient.shape,
      "AdamW: means \(mean.shape) of \(gradient.shape)")
    let (mean, square) = (mean.uniqueStorage().pointer, square.uniqueStorage().pointer)
    gradient.plain.storage.forEachRun { places, gradient in
      Kernels.current.adamWGather(
        UnsafeBufferPointer(start: gradient, count: places.count),
        mean: mean + places.lowerBound, square: square + places.lowerBound, self)
    }
  }

  /// The second half, in place; `step` counts from 1.
  package func move(_ parameter: Parameter, mean: Tensor, square: Tensor, step: Int) {
    parameter.update {
      Kernels.current.adamWMove(
        $0, mean: mean.storage.pointer, square: square.storage.pointer, step: step, self)
    }
  }

  /// Both, of a gradient that is made in runs while a run is in the cache.
  package func step(
    _ parameter: Parameter, _ gradient: Tensor, mean: inout Tensor, square: inout Tensor, step: Int
  ) {
    requireShapes(parameter, gradient, [mean, square])
    let (mean, square) = (mean.uniqueStorage().pointer, square.uniqueStorage().pointer)
    parameter.update { weight in
      gradient.plain.storage.forEachRun { places, gradient in
        let (mean, square) = (mean + places.lowerBound, square + places.lowerBound)
        Kernels.current.adamWGather(
          UnsafeBufferPointer(start: gradient, count: places.count), mean: mean, square: square,
          self)
        Kernels.current.adamWMove(
          UnsafeMutableBufferPointer(rebasing: weight[places]), mean: mean, square: square,
          step: step, self)
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
