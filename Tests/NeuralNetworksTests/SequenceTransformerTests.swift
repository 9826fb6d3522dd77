import NeuralNetworks
import Tensors
import Testing

/// From sequence to sequence: what padding may not change, and what the searches find.
@Suite struct SequenceTransformerTests {
  private let tokens = SequenceTransformer.Tokens(padding: 0, start: 1, end: 2)

  private func make(seed: UInt64) -> (model: SequenceTransformer, store: ParameterStore) {
    var configuration = TransformerConfiguration(width: 16, heads: 2, hidden: 24)
    configuration.dropout = 0
    let store = ParameterStore(seed: seed)
    let model = SequenceTransformer(
      store.scope, sourceCount: 9, targetCount: 7, tokens: tokens, encoderLayers: 1,
      decoderLayers: 2, configuration)
    return (model, store)
  }

  /// The loss of a batch is the mean over its tokens, whatever fills up the shorter sequences.
  @Test func paddingChangesNothing() {
    let (model, _) = make(seed: 1)
    let (sources, targets) = ([[3, 4, 5, 6, 7], [8, 3]], [[3], [4, 5, 6]])
    let each = zip(sources, targets).map { model.loss([$0], [$1]).item }
    let together = model.loss(sources, targets).item
    #expect(abs(together - (2 * each[0] + 4 * each[1]) / 6) < 1e-5)
    let alone = sources.map { model.greedy([$0], maximumLength: 6)[0] }
    #expect(model.greedy(sources, maximumLength: 6) == alone)
    #expect(model.greedy(sources, maximumLength: 0) == sources.map { _ in [] })
  }

  /// One beam is the greedy choice; enough beams find the best of all targets.
  @Test func beamsFindTheBest() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let (model, _) = make(seed: seed)
      let source = [3, 4, 5]
      let one = model.beamSearch(source, beams: 1, maximumLength: 3)
      #expect(one.map(\.tokens) == model.greedy([source], maximumLength: 3))
      // All targets of at most two tokens, by their loss; padding and start may be chosen too.
      let all = [0, 1, 3, 4, 5, 6]
      let targets = [[]] + all.map { [$0] } + all.flatMap { a in all.map { [a, $0] } }
      let found = model.beamSearch(source, beams: 300, maximumLength: 3, lengthPenalty: 1)
      for target in targets where !target.contains(0) {
        let score = -model.loss([source], [target]).item
        let same = found.first { $0.tokens == target }
        #expect(abs((same?.score ?? .nan) - score) < 1e-4, "\(target)")
      }
      #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
    }
  }

  /// Learns to turn sequences around.
  @Test func learns() {
    let (model, store) = make(seed: 1)
    let sources = [[3, 4, 5], [5, 4], [6, 3, 3, 4], [4]]
    let targets = sources.map { Array($0.reversed()) }
    let optimizer = AdamW([ParameterGroup(store.parameters, learningRate: 1e-2)])
    let first = model.loss(sources, targets).item
    for _ in 0..<60 { optimizer.step(minimizing: model.loss(sources, targets)) }
    #expect(model.loss(sources, targets).item < first / 20)
    #expect(model.greedy(sources, maximumLength: 6) == targets)
    #expect(model.beamSearch(sources[2], maximumLength: 6).first?.tokens == targets[2])
  }
}
