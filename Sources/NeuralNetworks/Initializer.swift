internal import Tensors

/// How a parameter gets its first values.
///
/// For a weight `[O, I, h, w]` or `[O, I]`, the fan-in is `I * h * w` and the fan-out `O * h * w`.
public enum Initializer: Hashable, Sendable {
  case zeros
  case ones
  /// One value everywhere.
  case constant(Float)
  /// Evenly from -bound to bound.
  case uniform(bound: Float)
  /// Normal, with mean 0.
  case normal(deviation: Float)
  /// Normal, with mean 0, drawn again beyond two deviations.
  case truncatedNormal(deviation: Float)
  /// Normal, with variance 2 / fan-out: He et al., "Delving Deep into Rectifiers", ICCV 2015.
  /// A convolution in groups has a fan-out smaller by their number.
  case kaimingNormalFanOut(groups: Int = 1)
  /// Evenly within 1 / sqrt(fan-in), which is how PyTorch starts linear layers and convolutions.
  case kaimingUniform
  /// Evenly within sqrt(6 / (fan-in + fan-out)): Glorot, Bengio, "Understanding the difficulty of
  /// training deep feedforward neural networks", AISTATS 2010.
  case xavierUniform

  /// The values; drawn ones are zeros that take no memory when there is no generator.
  func value(_ shape: Shape, using generator: inout RandomGenerator?) -> Tensor {
    let window = shape.dimensions.dropFirst(2).reduce(1, *)
    switch self {
    case .zeros: return .zeros(shape)
    case .ones: return .ones(shape)
    case .constant(let value): return .full(value, shape)
    case .uniform(let bound):
      return drawn(shape, &generator) { bound * (2 * $0.uniform() - 1) }
    case .normal(let deviation):
      return drawn(shape, &generator) { deviation * $0.normal() }
    case .truncatedNormal(let deviation):
      return drawn(shape, &generator) { generator in
        var value = generator.normal()
        while abs(value) > 2 { value = generator.normal() }
        return deviation * value
      }
    case .kaimingNormalFanOut(let groups):
      let fan = Float(max(1, shape[0] * window / groups))
      return Initializer.normal(deviation: (2 / fan).squareRoot()).value(shape, using: &generator)
    case .xavierUniform:
      let fans = Float(max(1, (shape[0] + shape[1]) * window))
      return Initializer.uniform(bound: (6 / fans).squareRoot()).value(shape, using: &generator)
    case .kaimingUniform:
      let fan = Float(max(1, shape[1] * window))
      return Initializer.uniform(bound: 1 / fan.squareRoot()).value(shape, using: &generator)
    }
  }

  private func drawn(
    _ shape: Shape, _ generator: inout RandomGenerator?,
    _ draw: (inout RandomGenerator) -> Float
  ) -> Tensor {
    guard var source = generator else { return .unwritten(shape) }
    defer { generator = source }
    return Tensor(shape) { values in
      for index in values.indices { values.initializeElement(at: index, to: draw(&source)) }
    }
  }
}
