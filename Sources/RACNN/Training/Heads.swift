package import NeuralNetworks
package import Tensors

/// The linear classifier of one scale learns the classes; all else is frozen.
package struct HeadsPhase: Phase {
  let model: RecurrentAttentionCNN
  let scale: Int
  let rates: Rates

  /// - Parameter scale: The scale whose classifier learns, from 1.
  package init(_ model: RecurrentAttentionCNN, scale: Int, _ rates: Rates) {
    self.model = model
    self.scale = scale
    self.rates = rates
  }

  package var groups: [ParameterGroup] {
    [
      ParameterGroup(
        model.classifiers([scale]), learningRate: rates.head, weightDecay: rates.weightDecay)
    ]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    let view = withoutTape { model.look(source, scales: scale)[scale - 1] }
    let logits = model.scales[scale - 1].classifier(view.descriptor)
    var step = StepLoss(
      crossEntropy(logits, classes: labels, labelSmoothing: rates.labelSmoothing))
    step.parts["classification \(scale)"] = step.total
    step.logits[scale] = logits
    return step
  }
}
