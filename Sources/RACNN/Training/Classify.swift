package import NeuralNetworks
package import Tensors

/// Backbones and classifiers of some scales learn the classes; other scales and all APNs are frozen.
///
/// The loss is the cross-entropy of the scales that move, summed.
package struct ClassifyPhase: Phase {
  let model: RecurrentAttentionCNN
  let scales: [Int]
  let rates: Rates
  let jitter: BoxJitter?

  /// - Parameters:
  ///   - scales: Those that move, from 1.
  ///   - jitter: How boxes are moved at random, so that a scale does not come to depend on exact
  ///     ones; nil leaves them where they are.
  package init(
    _ model: RecurrentAttentionCNN, scales: [Int], _ rates: Rates, jitter: BoxJitter? = nil
  ) {
    self.model = model
    self.scales = scales
    self.rates = rates
    self.jitter = jitter
  }

  package var groups: [ParameterGroup] {
    [
      ParameterGroup(
        model.backbones(scales), learningRate: rates.body, weightDecay: rates.weightDecay),
      ParameterGroup(
        model.classifiers(scales), learningRate: rates.head, weightDecay: rates.weightDecay),
    ]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    let last = scales.max() ?? 1
    var step = StepLoss(Tensor(0))
    var terms: [Tensor] = []
    var box = Box.whole(count: labels.count)
    for (index, scale) in model.scales.prefix(last).enumerated() {
      let moves = scales.contains(index + 1)
      let view = moves ? scale(source, box) : withoutTape { scale(source, box) }
      if moves {
        let term = crossEntropy(
          view.logits, classes: labels, labelSmoothing: rates.labelSmoothing)
        terms.append(term)
        step.parts["classification \(index + 1)"] = term
      }
      step.logits[index + 1] = view.logits
      guard index + 1 < last else { break }
      // No gradient goes to boxes here: what moves is what looks, not where.
      let proposed = withoutTape { model.proposedBox(after: view, scale: index).detached() }
      let child = view.box.zoomed(into: jitter?.moved(proposed, using: &generator) ?? proposed)
      step.boxes.append((index + 2, view.box, child))
      box = child
    }
    step.total = terms.dropFirst().reduce(terms[0], +)
    return step
  }
}

/// Moves boxes a little at random, within their parents.
package struct BoxJitter {
  /// How far a centre moves at most, a parent's side.
  var shift: Float = 0.05
  /// How much a half-side grows or shrinks at most, a share of it.
  var zoom: Float = 0.15

  package init() {}

  /// `box` is in its parent's units.
  func moved(_ box: Box, using generator: inout RandomGenerator) -> Box {
    var values = box.values.values
    for start in stride(from: 0, to: values.count, by: 3) {
      let half = min(values[start + 2] * (1 + zoom * (2 * generator.uniform() - 1)), 0.5)
      for axis in 0..<2 {
        let center = values[start + axis] + shift * (2 * generator.uniform() - 1)
        values[start + axis] = min(max(center, half), 1 - half)
      }
      values[start + 2] = half
    }
    return Box(Tensor(values, shape: box.values.shape))
  }
}
