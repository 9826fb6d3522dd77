import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite struct ParameterStoreTests {
  @Test func namesArePaths() {
    let store = ParameterStore(seed: 1)
    let layer = BatchNorm(store.scope("scales")(0)("bn"), channels: 2)
    #expect(
      store.parameters.map(\.name) == [
        "scales.0.bn.weight", "scales.0.bn.bias", "scales.0.bn.running_mean",
        "scales.0.bn.running_var",
      ])
    #expect(store["scales.0.bn.bias"] === layer.shift)
    #expect(store["scales.0.bn"] == nil)
    #expect(store.parameters(under: "scales.0").count == 4)
    #expect(store.parameters(under: "scales.0.b").isEmpty)
    #expect(store.parameters.map(\.isStatistic) == [false, false, true, true])
    store.setTrainable(true)
    #expect(store.parameters.map(\.isTrainable) == [true, true, false, false])
  }

  /// A parameter's first values depend on the seed and its name alone.
  @Test func initialValuesAreSeeded() {
    func values(_ seed: UInt64, after others: Int = 0) -> [Float] {
      let store = ParameterStore(seed: seed)
      for index in 0..<others { _ = Linear(store.scope("other")(index), inputs: 3, outputs: 2) }
      return Linear(store.scope("it"), inputs: 3, outputs: 2).weight.value.values
    }
    #expect(values(1) == values(1, after: 3))
    #expect(values(1) != values(2))
  }

  /// Lent values whose memory was given up come from the file again, or, where that has changed, are
  /// no numbers: never others.
  @Test(arguments: ["same", "changed", "shortened"])
  func valuesThatWereGivenUpAreTheSameOrNone(file: String) throws {
    try WeightFiles.withFolder { folder in
      let path = folder + "/lent.safetensors"
      let saved = ParameterStore(seed: 3)
      let weight = Linear(saved.scope("it"), inputs: 512, outputs: 256).weight.value.values
      try SafetensorsFile.write(saved.snapshot(), metadata: [:], to: path)
      let store = ParameterStore(seed: 0, initializes: false)
      let layer = Linear(store.scope("it"), inputs: 512, outputs: 256)
      try store.load(SafetensorsFile(contentsOf: path), lending: true)
      layer.weight.value.giveUp()
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      if file == "changed" {
        try handle.seek(toOffset: size / 2)
        try handle.write(contentsOf: Data([1, 2, 3]))
      } else if file == "shortened" {
        try handle.truncate(atOffset: size / 2)
      }
      try handle.close()
      let values = layer.weight.value.values
      #expect(file == "same" ? values == weight : values.allSatisfy(\.isNaN))
      #expect(layer.bias?.value.isFinite == true)
    }
  }

  /// A convolution into which a norm was folded lets go of weights that it has packed, and has them
  /// again for batches of another size, for gradients, and when they change.
  @Test(arguments: [1, 3]) func foldedWeightsComeAgain(kernel: Int) throws {
    try WeightFiles.withFolder { folder in
      func layer(_ store: ParameterStore) -> ConvolutionBatchNorm {
        ConvolutionBatchNorm(
          Convolution2D(
            store.scope("conv"), inputs: 128, outputs: 96, kernel: kernel,
            padding: .symmetric(kernel / 2), bias: false),
          BatchNorm(store.scope("bn"), channels: 96), activation: .relu)
      }
      let (path, saved) = (folder + "/lent.safetensors", ParameterStore(seed: 3))
      let plain = layer(saved)
      plain.norm.scale.update { for channel in $0.indices { $0[channel] = Float(channel) / 50 } }
      try SafetensorsFile.write(saved.snapshot(), metadata: [:], to: path)
      let store = ParameterStore(seed: 0, initializes: false)
      let folding = layer(store)
      try store.load(SafetensorsFile(contentsOf: path), lending: true)
      store.setTrainable(false)
      func check(_ batch: Int) {
        let x = Tensor(
          (0..<batch * 128 * 81).map { Float($0 % 83) / 83 }, shape: [batch, 128, 9, 9])
        let expected = withoutTape { plain.norm(plain.convolution(x), activation: .relu).values }
        let found = withoutTape { folding(x).values }
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4) }
        let variable = x.variable()
        let slope = gradients(of: folding(variable).sum(), for: [variable])[0]?.values ?? []
        #expect(slope.count == x.shape.count && slope.allSatisfy(\.isFinite))
      }
      for batch in [1, 3, 2, 1] { check(batch) }
      for part in [plain, folding] {
        part.norm.scale.update { $0[0] = 7 }
        part.convolution.weight.update { $0[5] = -2 }
      }
      for batch in [2, 5] { check(batch) }
    }
  }

  @Test func initializersHaveTheirDeviation() {
    let store = ParameterStore(seed: 5)
    func values(_ name: String, _ shape: Shape, _ initializer: Initializer) -> [Float] {
      store.scope.parameter(name, shape, initializer).value.values
    }
    func deviation(_ values: [Float]) -> Float {
      (values.map { $0 * $0 }.reduce(0, +) / Float(values.count)).squareRoot()
    }
    let shape: Shape = [64, 32, 3, 3]
    #expect(abs(deviation(values("a", shape, .normal(deviation: 2))) - 2) < 0.05)
    let fan = Float(64 * 9)
    #expect(
      abs(deviation(values("b", shape, .kaimingNormalFanOut())) / (2 / fan).squareRoot() - 1)
        < 0.05)
    #expect(
      abs(
        deviation(values("c", shape, .kaimingNormalFanOut(groups: 4))) / (8 / fan).squareRoot() - 1)
        < 0.05)
    let uniform = values("d", shape, .kaimingUniform)
    let bound = 1 / Float(32 * 9).squareRoot()
    #expect(uniform.allSatisfy { abs($0) <= bound })
    #expect(abs(deviation(uniform) / bound - 1 / Float(3).squareRoot()) < 0.02)
    let truncated = values("e", shape, .truncatedNormal(deviation: 0.5))
    #expect(truncated.allSatisfy { abs($0) <= 1 })
    #expect(abs(deviation(truncated) - 0.44) < 0.02)
    #expect(values("f", [2], .constant(3)) == [3, 3])
    let quick = ParameterStore(seed: 5, initializes: false)
    #expect(Linear(quick.scope, inputs: 2, outputs: 1).weight.value.values == [0, 0])
  }

  @Test func loadsIntoAScope() throws {
    let (store, arrays) = make()
    let source = Memory(
      arrays: [
        "net.weight": arrays["weight"], "net.bias": arrays["bias"],
        "net.num_batches_tracked": WeightArray(shape: [], values: [3]),
        "other.weight": WeightArray(shape: [1], values: [1]),
      ].compactMapValues { $0 })
    try store.load(source, prefix: "net.", into: "a")
    #expect(store["a.weight"]?.value.values == [1, 2, 3, 4, 5, 6])
    #expect(store["a.bias"]?.value.values == [7, 8])
    #expect(store["b.bias"]?.value.values == [0, 0])
  }

  @Test func reportsWhatDiffers() throws {
    let (store, arrays) = make()
    var wrong = arrays
    wrong["weight"] = WeightArray(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
    wrong["bias"] = nil
    wrong["extra"] = WeightArray(shape: [], values: [1])
    let report = try store.report(on: Memory(arrays: wrong), into: "a")
    #expect(report.missing == ["bias"])
    #expect(report.unexpected == ["extra"])
    #expect(report.mismatched == [.init(name: "weight", found: [3, 2], expected: [2, 3])])
  }

  /// Either all parameters change or none.
  @Test func refusesWhatDoesNotFit() throws {
    let (store, arrays) = make()
    let before = store.snapshot().map(\.1)
    var other = arrays
    other["bias"] = nil
    #expect(throws: WeightsError.missing(path: "memory", name: "bias")) {
      try store.load(Memory(arrays: other), into: "a")
    }
    other["bias"] = WeightArray(shape: [3], values: [1, 2, 3])
    #expect(
      throws: WeightsError.mismatchedShape(
        path: "memory", name: "bias", found: [3], expected: [2])
    ) {
      try store.load(Memory(arrays: other), into: "a")
    }
    other = arrays
    other["extra"] = other["bias"]
    #expect(throws: WeightsError.unexpected(path: "memory", name: "extra")) {
      try store.load(Memory(arrays: other), into: "a")
    }
    #expect(store.snapshot().map(\.1) == before)
    let report = try store.load(
      Memory(arrays: other), into: "a", allowingUnexpected: { $0 == "extra" })
    #expect(report.unexpected == ["extra"])
    other = ["weight": try #require(arrays["weight"])]
    try store.load(Memory(arrays: other), into: "a", allowingMissing: { $0 == "a.bias" })
    #expect(store["a.bias"]?.value.values == [7, 8])
  }

  @Test func snapshotsAreRestored() throws {
    let (store, arrays) = make()
    try store.load(Memory(arrays: arrays), into: "a")
    let snapshot = store.snapshot()
    #expect(snapshot.map(\.0) == store.parameters.map(\.name))
    #expect(store.snapshot(of: "b").map(\.0) == ["b.weight", "b.bias"])
    for parameter in store.parameters { parameter.value = .full(.nan, parameter.value.shape) }
    try store.restore(snapshot)
    #expect(store.snapshot().map(\.1) == snapshot.map(\.1))
    #expect(throws: WeightsError.self) {
      try store.restore([("c", WeightArray(shape: [], values: [1]))])
    }
  }

  private func make() -> (ParameterStore, [String: WeightArray]) {
    let store = ParameterStore(seed: 1)
    for name in ["a", "b"] {
      _ = store.scope(name).parameter("weight", [2, 3], .zeros)
      _ = store.scope(name).parameter("bias", [2], .zeros)
    }
    return (
      store,
      [
        "weight": WeightArray(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
        "bias": WeightArray(shape: [2], values: [7, 8]),
      ]
    )
  }
}

private struct Memory: WeightSource {
  let arrays: [String: WeightArray]
  let path = "memory"
  var names: [String] { arrays.keys.sorted() }

  func array(_ name: String) throws(WeightsError) -> WeightArray {
    guard let array = arrays[name] else { throw .missing(path: path, name: name) }
    return array
  }
}

/// Blocks of a network.
@Suite struct BlockTests {
  /// A block that grows sees a few pictures at a time when it predicts, and all when it trains.
  @Test func aLargeBatchIsPredictedInParts() {
    let store = ParameterStore(seed: 1)
    let (count, side) = (5, 512)
    let values = (0..<count * side * side).map { Float($0 % 1009) }
    let x = Tensor(values, shape: [count, 1, side, side])
    var seen: [Int] = []
    func applied(growth: Int) -> Tensor {
      seen = []
      return store.inParts(x, growth: growth) {
        seen.append($0.shape[0])
        return $0 * 2 + 1
      }
    }
    let expected = values.map { $0 * 2 + 1 }
    #expect(applied(growth: 12).values == expected && seen == [5])
    #expect(withoutTape { applied(growth: 1) }.values == expected && seen == [5])
    #expect(withoutTape { applied(growth: 3) }.values == expected && seen == [5])
    #expect(withoutTape { applied(growth: 8) }.values == expected && seen == [1, 2, 2])
    #expect(withoutTape { applied(growth: 99) }.values == expected && seen == [1, 1, 1, 1, 1])
    store.usesBatchStatistics = true
    #expect(withoutTape { applied(growth: 99) }.values == expected && seen == [5])
  }

  /// A part is lent the memory of all, which stays while anything holds the part.
  @Test func partsOutliveTheBatch() {
    let store = ParameterStore(seed: 1)
    let shape: Shape = [2, 1, 512, 512]
    var parts: [Tensor] = []
    withoutTape {
      _ = store.inParts(.full(1, shape), growth: 99) {
        parts.append($0)
        return $0
      }
    }
    let others = (0..<4).map { _ in Tensor.full(2, shape) }
    #expect(parts.map(\.shape) == [[1, 1, 512, 512], [1, 1, 512, 512]])
    #expect(parts.allSatisfy { $0.values.allSatisfy { $0 == 1 } })
    #expect(others.allSatisfy { $0.values[0] == 2 })
  }

  /// In parts as in one, whatever the layout.
  @Test func convolutionsInPartsAreThoseOfAll() {
    let store = ParameterStore(seed: 1)
    let first = Convolution2D(
      store.scope("a"), inputs: 3, outputs: 20, kernel: 3, stride: 2, padding: .symmetric(1))
    let second = Convolution2D(store.scope("b"), inputs: 20, outputs: 7, kernel: 1)
    let x = Tensor((0..<3 * 3 * 33 * 35).map { Float($0 % 101) / 101 }, shape: [3, 3, 33, 35])
    func predicted(growth: Int) -> Tensor {
      withoutTape { second(store.inParts(x, growth: growth) { first($0) }) }
    }
    let (whole, parts) = (predicted(growth: 1), predicted(growth: 1 << 20))
    #expect(whole.shape == [3, 7, 17, 18] && parts.shape == whole.shape)
    for (a, b) in zip(whole.values, parts.values) { #expect(abs(a - b) < 1e-5) }
  }
}
