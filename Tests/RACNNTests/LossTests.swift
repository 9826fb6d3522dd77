import NeuralNetworks
import RACNN
import Tensors
import Testing

@Suite struct LossTests {
  /// Logits of two classes whose first has the probability `p`.
  private func logits(_ probabilities: [Double]) -> Tensor {
    let values = probabilities.flatMap { p -> [Float] in
      // ln(p / (1 - p)) by its series in atanh would be a detour; these four suffice.
      let table: [Double: Float] = [0.5: 0, 0.8: 1.386_294_4, 0.2: -1.386_294_4, 0.6: 0.405_465_1]
      return [table[p] ?? .nan, 0]
    }
    return Tensor(values, shape: [probabilities.count, 2])
  }

  @Test func rankingIsOnProbabilitiesOfTheTruth() {
    let loss = RankingLoss(
      [logits([0.5, 0.8]), logits([0.8, 0.5]), logits([0.6, 0.5])], classes: [0, 0])
    // Pair 1-2: 0.5 - 0.8 + 0.05 < 0, and 0.8 - 0.5 + 0.05 = 0.35; pair 2-3: 0.25 and 0.05.
    #expect(abs(loss.terms[0].item - 0.175) < 1e-5)
    #expect(abs(loss.terms[1].item - 0.15) < 1e-5)
    #expect(abs(loss.total.item - 0.325) < 1e-5)
    #expect(loss.activeShares == [0.5, 1])
    let other = RankingLoss([logits([0.5]), logits([0.8])], classes: [1])
    #expect(abs(other.total.item - 0.35) < 1e-5)
  }

  @Test func oneBatchIsLearnedByHeart() {
    let model = tinyNetwork()
    let source = noise([6, 3, 24, 24], seed: 5)
    let labels = [0, 1, 2, 3, 0, 1]
    let phase = ClassifyPhase(model, scales: [1, 2, 3], Rates(body: 1e-2, head: 1e-2))
    model.boxPolicy = .learned
    model.train(only: phase.groups)
    let optimizer = AdamW(phase.groups)
    var generator = RandomGenerator(seed: 1)
    var losses: [Float] = []
    for _ in 0..<80 {
      let loss = phase.loss(source, labels: labels, using: &generator).total
      losses.append(loss.item)
      optimizer.step(gradients(of: loss, for: optimizer.parameters))
    }
    #expect(losses[0] > 3)
    #expect((losses.last ?? 9) < 0.1)
    #expect(withoutTape { model(source) }.views[2].logits.argmax() == labels)
  }

  @Test(arguments: FusionKind.allCases)
  func theFusionBeginsAtTheMeanOfTheScales(_ kind: FusionKind) {
    let model = tinyNetwork { $0.fusion = kind }
    let views = withoutTape { model(noise([1, 3, 24, 24], seed: 9)).views }
    let norms = views.map { $0.descriptor.squared().sum().squareRoot().item }
    guard let phase = FusePhase(model, Rates()) else {
      Issue.record("there is no fusion layer")
      return
    }
    FusionFit(phase: phase).reset(norms: norms)
    let fused = phase.logits(views).values
    let mean = views.map(\.logits).reduce(Tensor.zeros([1, 4]), +) / 3
    for (a, b) in zip(fused, mean.values) { #expect(abs(a - b) < 1e-4) }
    // Every parameter learns, once the transformer's own layer has left zero.
    model.train(only: phase.groups)
    let optimizer = AdamW([ParameterGroup(phase.groups[0].parameters, learningRate: 1e-2)])
    for _ in 0..<3 {
      optimizer.step(
        minimizing: phase.loss(descriptors: phase.fusion.input(views), labels: [2]).total)
    }
    let loss = phase.loss(descriptors: phase.fusion.input(views), labels: [2]).total
    #expect(loss.item < crossEntropy(mean, classes: [2]).item)
    let found = gradients(of: loss, for: phase.groups[0].parameters)
    #expect(found.allSatisfy { $0?.values.contains { $0 != 0 } == true })
  }

  @Test func theFusionStaysAtTheMeanWhenFittingDoesNotHelp() throws {
    let model = tinyNetwork()
    guard let phase = FusePhase(model, Rates(head: 1e-2)) else { return }
    // Labels that have nothing to do with the descriptors: any fit is worse on photos left out.
    var generator = RandomGenerator(seed: 4)
    var rows = FusionRows()
    for photo in 0..<40 {
      rows.values += (0..<36).map { _ in generator.normal() }
      rows.labels.append(photo / 5 % 4)
      rows.photos.append(photo)
    }
    func clear() {
      for parameter in phase.groups[0].parameters { parameter.value = parameter.value * 0 }
    }
    clear()
    model.train(only: phase.groups)
    let random = try FusionFit(phase: phase).fit(rows)
    #expect(random.steps == 0 && random.loss == random.meanLoss)
    // And labels that follow from them: a fit is better.
    for row in rows.labels.indices { rows.labels[row] = rows.values[36 * row] > 0 ? 1 : 2 }
    for index in rows.values.indices where index % 36 > 0 { rows.values[index] *= 0.1 }
    clear()
    let sensible = try FusionFit(phase: phase).fit(rows)
    #expect(sensible.steps > 0 && sensible.loss < sensible.meanLoss)
    // Each row's logits are of a fit that left it out.
    #expect(sensible.logits.count == 40 * 4)
  }
}
