package import NeuralNetworks
package import Tensors

/// Linear classifiers on whole sources learn the classes; backbones are frozen.
package struct HeadsPhase: Phase {
  let model: RecurrentAttentionCNN
  let rates: Rates

  package init(_ model: RecurrentAttentionCNN, _ rates: Rates) {
    self.model = model
    self.rates = rates
  }

  package var groups: [ParameterGroup] {
    [
      ParameterGroup(
        model.classifiers([1]), learningRate: rates.head, weightDecay: rates.weightDecay)
    ]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    let scale = model.scales[0]
    let view = withoutTape { scale(source, .whole(count: labels.count)) }
    let logits = scale.classifier(view.descriptor)
    var step = StepLoss(
      crossEntropy(logits, classes: labels, labelSmoothing: rates.labelSmoothing))
    step.parts["classification 1"] = step.total
    step.logits[1] = logits
    return step
  }
}
