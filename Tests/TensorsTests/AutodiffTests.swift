import Tensors
import Testing

@Suite(.serialized) struct AutodiffTests {
  @Test func sumsOverPaths() {
    let x = Tensor([2], shape: [1]).variable()
    let y = x * x + x * 3
    #expect(gradients(of: y.sum(), for: [x])[0]?.values == [7])
  }

  @Test func unrelatedVariablesHaveNone() {
    let (x, z) = (Tensor(1).variable(), Tensor(2).variable())
    #expect(gradients(of: x * 2, for: [z])[0] == nil)
    #expect(gradients(of: Tensor(2), for: [x])[0] == nil)
  }

  /// The last layer's gradient comes before the first layer is walked, and the layer may change.
  @Test func gradientsComeAsSoonAsTheyAreKnown() {
    let (a, b) = (Parameter(name: "a", value: Tensor(2)), Parameter(name: "b", value: Tensor(3)))
    let frozen = Parameter(name: "c", value: Tensor(5))
    frozen.isTrainable = false
    let y = a.tensor * 7 * b.tensor * frozen.tensor + b.tensor
    var found: [(Int, Float)] = []
    forEachGradient(of: y.squared(), for: [a, frozen, b]) { index, gradient in
      found.append((index, gradient.item))
      b.update { $0[0] = 100 }
    }
    // y = 35 a b + b = 213.
    #expect(found.map(\.0) == [2, 0])
    let expected: [Float] = [2 * 213 * 71, 2 * 213 * 105]
    #expect(found.map(\.1) == expected)
  }

  /// A tensor amid the tape gets its gradient, and passes it on.
  @Test func gradientsAtInnerTensors() {
    let x = Tensor(3).variable()
    let y = x * x
    let found: [Float?] = gradients(of: y * 2, for: [x, y, x]).map { $0?.item }
    #expect(found == [12, 2, 12])
    let root = x * x
    #expect(gradients(of: root, for: [root])[0]?.item == 1)
  }

  @Test func deepTapesNeitherRecurseNorLeak() {
    let x = Tensor([1], shape: [1]).variable()
    var y = x
    for _ in 0..<200_000 { y = y + 0 }
    #expect(gradients(of: y.sum(), for: [x])[0]?.values == [1])
    var dropped = x
    for _ in 0..<200_000 { dropped = dropped + 0 }
    dropped = x
    #expect(dropped.values == [1])
  }

  @Test func detachedValuesStopGradients() {
    let x = Tensor([3], shape: [1]).variable()
    #expect(gradients(of: (x * x.detached).sum(), for: [x])[0]?.values == [3])
  }

  @Test func aParameterKeepsItsOldValuesForThoseWhoHoldThem() {
    let parameter = Parameter(name: "p", value: .zeros([2]))
    let (before, version) = (parameter.value, parameter.version)
    parameter.update { $0[1] = 5 }
    #expect(before.values == [0, 0])
    #expect(parameter.value.values == [0, 5])
    #expect(parameter.version > version)
  }

  @Test func generatorsAreFixedByTheirSeed() {
    var (a, b) = (RandomGenerator(seed: 5), RandomGenerator(seed: 5))
    #expect((0..<9).map { _ in a.next() } == (0..<9).map { _ in b.next() })
    var fork = a.fork(1)
    var other = a.fork(2)
    #expect(fork.next() != other.next())
    let values = (0..<10_000).map { _ in a.normal() }
    let mean = values.reduce(0, +) / 10_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10_000
    #expect(abs(mean) < 0.05 && abs(variance - 1) < 0.05)
  }
}
