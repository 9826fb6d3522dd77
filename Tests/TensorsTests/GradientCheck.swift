import Tensors
import Testing

/// Compares the gradients of a function with central differences.
///
/// The function's output is weighted by fixed random numbers and summed to a scalar, once with the
/// processor's kernels and once with the reference; both results must agree too.
///
/// - Parameters:
///   - inputs: what the function is differentiated at.
///   - steps: the difference's half-width for each input; the last serves for the rest.
///   - tolerance: of the gradient, relative to its greatest element.
func checkGradients(
  _ inputs: [Tensor], steps: [Float] = [1e-2], tolerance: Float = 1e-2,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor]) -> Tensor
) {
  var generator = RandomGenerator(seed: 99)
  let shape = withoutTape { function(inputs).shape }
  let weights = Tensor.random(shape, using: &generator)
  func loss(_ inputs: [Tensor]) -> Tensor { (function(inputs) * weights).sum() }

  func gradientsHere() -> [Tensor?] {
    let variables = inputs.map { $0.variable() }
    return gradients(of: loss(variables), for: variables)
  }
  let ours = gradientsHere()
  let reference = Kernels.withReference { gradientsHere() }
  let output = withoutTape { function(inputs) }
  let expected = Kernels.withReference { withoutTape { function(inputs) } }
  expectEqual(output, expected, tolerance: 1e-4, sourceLocation: sourceLocation)

  for (i, input) in inputs.enumerated() {
    guard let ours = ours[i], let reference = reference[i] else {
      Issue.record("no gradient to input \(i)", sourceLocation: sourceLocation)
      continue
    }
    expectEqual(ours, reference, tolerance: 1e-4, sourceLocation: sourceLocation)
    let numeric = Kernels.withReference {
      withoutTape {
        differences(input, step: steps[min(i, steps.count - 1)]) { changed in
          var all = inputs
          all[i] = changed
          return loss(all).item
        }
      }
    }
    expectEqual(ours, numeric, tolerance: tolerance, sourceLocation: sourceLocation)
  }
}

/// The central differences of a function by each element of a tensor.
private func differences(_ x: Tensor, step: Float, _ function: (Tensor) -> Float) -> Tensor {
  let values = x.values
  let slopes = values.indices.map { i in
    var (more, less) = (values, values)
    more[i] += step
    less[i] -= step
    let rise = function(Tensor(more, shape: x.shape)) - function(Tensor(less, shape: x.shape))
    return rise / (more[i] - less[i])
  }
  return Tensor(slopes, shape: x.shape)
}

/// Expects two tensors of one shape to agree, element by element, relative to the greatest.
func expectEqual(
  _ a: Tensor, _ b: Tensor, tolerance: Float, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, sourceLocation: sourceLocation)
  guard a.shape == b.shape else { return }
  let (x, y) = (a.values, b.values)
  let scale = max(1e-3, y.map { abs($0) }.max() ?? 0)
  let worst = zip(x, y).map { abs($0 - $1) }.enumerated().max { $0.element < $1.element }
  guard let worst, !(worst.element <= tolerance * scale) else {
    #expect(x.allSatisfy { $0.isFinite }, sourceLocation: sourceLocation)
    return
  }
  Issue.record(
    """
    element \(worst.offset) of \(a.shape): \(x[worst.offset]) and \(y[worst.offset]) differ \
    by \(worst.element / scale) of the greatest
    """, sourceLocation: sourceLocation)
}

extension Tensor {
  /// Normally distributed values.
  static func random(_ shape: Shape, using generator: inout RandomGenerator) -> Tensor {
    Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
  }

  /// Values at least a tenth apart, in random order: no tie or kink lies within a small step.
  static func spread(_ shape: Shape, using generator: inout RandomGenerator) -> Tensor {
    let middle = Float(shape.count / 2)
    var values = (0..<shape.count).map { (Float($0) + 0.5 - middle) / 10 }
    values.shuffle(using: &generator)
    return Tensor(values, shape: shape)
  }
}
