package import NeuralNetworks
package import Tensors

/// The APNs learn where to look by the ranking loss; all else is frozen.
///
/// It alternates with a `ClassifyPhase` on the APNs' boxes. The gradient goes through the crops of
/// the later scales to the boxes, and through the second view to the first box too.
package struct RankPhase: Phase {
  let model: RecurrentAttentionCNN
  let rates: Rates

  package init(_ model: RecurrentAttentionCNN, _ rates: Rates) {
    self.model = model
    self.rates = rates
  }

  package var groups: [ParameterGroup] {
    [
      ParameterGroup(
        model.proposals(Array(1..<model.scales.count)), learningRate: rates.proposal)
    ]
  }

  package func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss {
    var view = withoutTape { model.scales[0](source, .whole(count: labels.count)) }
    var views = [view]
    for index in 1..<model.scales.count {
      let box = model.nextBox(after: view, scale: index - 1)
      view = model.scales[index](source, box)
      views.append(view)
    }
    let ranking = RankingLoss(views.map(\.logits), classes: labels)
    var step = StepLoss(ranking.total)
    for (index, term) in ranking.terms.enumerated() {
      let name = "\(index + 1)-\(index + 2)"
      step.parts["ranking \(name)"] = term
      step.activeHinges[name] = ranking.activeShares[index]
      step.boxes.append((index + 2, views[index].box.detached(), views[index + 1].box.detached()))
    }
    for (index, view) in views.enumerated() { step.logits[index + 1] = view.logits }
    return step
  }
}
