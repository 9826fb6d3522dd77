import NeuralNetworks
import RACNN
import Tensors
import Testing

/// Blocks that are computed again for their gradients: the same bits, statistics and all.
@Suite struct RecomputationTests {
  @Test(
    arguments: [BackboneArchitecture.efficientNetLite0, .resnet18, .resnet50, .vgg19],
    [true, false])
  func backbonesTrainToTheSameBits(_ backbone: BackboneArchitecture, batchStatistics: Bool) {
    // At 32 pixels the last maps are one place: batch norm of two values makes gradients infinite.
    check(backbone, side: 64) { $0.usesBatchStatistics = batchStatistics }
  }

  @Test func transformersTrainToTheSameBits() {
    check(.vitTiny, side: 32) { $0.usesDropout = true }
  }

  /// A parameter that several blocks use moves once all of them have been computed again.
  @Test func aSharedBackboneTrainsToTheSameBits() {
    check(.resnet18, side: 32, isShared: true) { $0.usesBatchStatistics = true }
  }

  private func check(
    _ backbone: BackboneArchitecture, side: Int, isShared: Bool = false,
    set: (ParameterStore) -> Void
  ) {
    var convolutions: [Int] = []
    let trained = [false, true].map { recomputes in
      var configuration = ModelConfiguration(
        backbone: backbone, classNames: ["a", "b", "c"], inputSizes: [side, side, side],
        sourceSize: side)
      configuration.proposalWidth = 8
      configuration.sharesBackbone = isShared
      let model = RecurrentAttentionCNN(configuration, seed: 1)
      set(model.store)
      model.store.recomputesBlocks = recomputes
      let optimizer = SGD(
        [ParameterGroup(model.store.parameters, learningRate: 1e-5)], momentum: 0.9)
      let timings = Kernels.profiling {
        for step in 0..<2 {
          let output = model(noise([2, 3, side, side], seed: UInt64(step)))
          let logits = output.views.map(\.logits)
          let loss = logits.reduce(RankingLoss(logits, classes: [0, 2]).total) {
            $0 + crossEntropy($1, classes: [0, 2])
          }
          optimizer.step(minimizing: loss)
        }
      }.timings
      let products = timings.filter { ["convolution", "matrix product"].contains($0.kernel) }
      convolutions.append(products.reduce(0) { $0 + $1.calls })
      return model.store.snapshot()
    }
    #expect(convolutions[1] > convolutions[0])
    for (plain, again) in zip(trained[0], trained[1]) {
      // The difference of a million values, which `#expect` would look for, takes minutes.
      let changed = zip(plain.1.values, again.1.values).count { !($0 == $1 && $0.isFinite) }
      #expect(changed == 0, "\(plain.0)")
    }
  }

  /// What is dropped is dropped again, and the draws that follow are those that would have followed.
  @Test func dropsTheSame() {
    var applications = 0
    let results = [(false, false), (true, false), (false, true)].map { recomputes, isWide in
      let store = ParameterStore(seed: 3)
      (store.usesDropout, store.recomputesBlocks) = (true, recomputes)
      let linear = Linear(store.scope("linear"), inputs: 6, outputs: 5)
      let dropout = Dropout(store.scope, rate: 0.5)
      let x = noise([4, 6], seed: 1).variable()
      let y = store.block(x, isWide: isWide) { x in
        applications += 1
        return dropout(linear(x)).squared()
      }
      let slopes = gradients(of: dropout(y).sum(), for: [x, linear.weight.tensor])
      return (y.values, slopes.map { $0?.values }, dropout(y).values)
    }
    #expect(applications == 5)
    for result in results.dropFirst() {
      #expect(results[0].0 == result.0 && results[0].2 == result.2)
      #expect(results[0].1 == result.1 && result.1.allSatisfy { $0 != nil })
    }
  }

  @Test func nothingIsKeptOfWhatIsFrozen() {
    let store = ParameterStore(seed: 1)
    store.recomputesBlocks = true
    let linear = Linear(store.scope("linear"), inputs: 6, outputs: 5)
    store.setTrainable(false)
    #expect(!store.block(noise([4, 6], seed: 1)) { linear($0) }.requiresGradient)
  }
}
