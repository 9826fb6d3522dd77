package import NeuralNetworks
package import Tensors

/// The APN of one scale learns to find the initial box of what that scale sees; all else is frozen.
///
/// The loss is the squared distance of the boxes' three values, in the parent's units, averaged over
/// the batch. Without it the ranking loss would begin at the same square whatever the photo.
package struct ProposePhase: Phase {
  let model: RecurrentAttentionCNN
  let scale: Int
  let rates: Rates

  /// - Parameter scale: The scale whose APN learns, from 1.
  package init(_ model: RecurrentAttentionCNN, scale: Int, _ rates: Rates) {
    self.model = model
    self.scale = scale
    self.rates = rates
  }

  package var groups: [ParameterGroup] {
    [ParameterGroup(model.proposals([scale]), learningRate: rates.proposal)]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    let index = scale - 1
    let view = withoutTape { model.look(source, scales: scale)[index] }
    guard let proposal = model.scales[index].proposal else {
      preconditionFailure("ProposePhase: scale \(scale) has no APN")
    }
    let proposed = proposal(view.features)
    let target = model.initialBox(for: view)
    let distance = (proposed.values - target.values).squared().sum([1]).mean()
    var step = StepLoss(distance)
    step.parts["proposal \(scale)"] = distance
    step.logits[scale] = view.logits
    step.boxes = [(scale + 1, view.box, view.box.zoomed(into: proposed.detached()))]
    return step
  }
}
