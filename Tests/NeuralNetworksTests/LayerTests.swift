import NeuralNetworks
import Tensors
import Testing

/// Layers and losses against PyTorch: values, the gradients of all parameters and of the input,
/// and the statistics afterwards.
@Suite struct LayerTests {
  @Test func linear() throws {
    try check("linear") { Linear($0, inputs: 7, outputs: 5).callAsFunction }
    try check("linearDeep") { Linear($0, inputs: 7, outputs: 5).callAsFunction }
    try check("linearPlain") { Linear($0, inputs: 7, outputs: 5, bias: false).callAsFunction }
  }

  @Test func convolution() throws {
    try check("convolution") { scope in
      let layer = Convolution2D(
        scope, inputs: 6, outputs: 10, kernel: 3, stride: 2, padding: .symmetric(1), groups: 2)
      return { layer($0) }
    }
  }

  @Test func normalizations() throws {
    try check("layerNorm") { LayerNorm($0, channels: 9).callAsFunction }
    try check("batchNormTrained", usesBatchStatistics: true) { scope in
      let layer = BatchNorm(scope, channels: 9)
      return { layer($0) }
    }
    try check("batchNormFrozen") { scope in
      let layer = BatchNorm(scope, channels: 9)
      return { layer($0) }
    }
  }

  @Test func convolutionBatchNorm() throws {
    func layer(_ scope: ParameterScope) -> (Tensor) -> Tensor {
      let layer = convolutionBatchNorm(scope)
      return { layer($0) }
    }
    try check("foldedTrained", usesBatchStatistics: true, layer)
    try check("foldedFrozen", layer)
  }

  /// What is folded is kept while nothing changes, and folded anew when anything does.
  @Test func foldsAnewAfterAChange() throws {
    let store = ParameterStore(seed: 1)
    let layer = convolutionBatchNorm(store.scope)
    try store.load(fixture("layers"), prefix: "foldedFrozen/parameters/")
    let x = Tensor((0..<54).map { Float($0 % 7) - 3 }, shape: [2, 3, 3, 3])
    func plain() -> Tensor { layer.norm(layer.convolution(x), activation: .relu6) }
    store.setTrainable(false)
    expectClose(layer(x), plain(), "first")
    for parameter in store.parameters {
      let before = layer(x).values
      parameter.update { values in for index in values.indices { values[index] *= 1.5 } }
      expectClose(layer(x), plain(), "after a change of \(parameter.name)")
      #expect(layer(x).values != before, "\(parameter.name)")
    }
    store.setTrainable(true)
    #expect(layer(x).requiresGradient)
    withoutTape { expectClose(layer(x), plain(), "without a tape") }
  }

  /// A frozen part is pruned, and the rest has the same gradients as before.
  @Test func freezesParts() throws {
    let file = try fixture("layers")
    for frozen in ["conv", "bn"] {
      let store = ParameterStore(seed: 1)
      let layer = convolutionBatchNorm(store.scope)
      try store.load(file, prefix: "foldedFrozen/parameters/")
      store.setTrainable(false, under: frozen)
      let output = layer(try tensor(file, "foldedFrozen/input"))
      let loss = (output * (try tensor(file, "foldedFrozen/pattern"))).sum()
      let found = gradients(of: loss, for: store.parameters)
      for (parameter, gradient) in zip(store.parameters, found) {
        guard parameter.isTrainable else {
          #expect(gradient == nil, "\(parameter.name)")
          continue
        }
        expectClose(
          gradient, try tensor(file, "foldedFrozen/gradients/\(parameter.name)"), parameter.name)
      }
    }
  }

  @Test func dropout() {
    let store = ParameterStore(seed: 1)
    let layer = Dropout(store.scope, rate: 0.5)
    let x = Tensor.ones([1000])
    #expect(layer(x).values == x.values)
    store.usesDropout = true
    let kept = layer(x).values.filter { $0 == 2 }.count
    #expect(kept > 400 && kept < 600)
    #expect(layer(x).values != layer(x).values)
  }

  @Test func losses() throws {
    let file = try fixture("layers")
    let target = try tensor(file, "losses/target")
    let losses: [(String, (Tensor) -> Tensor)] = [
      ("meanSquaredError", { meanSquaredError($0, target) }),
      ("smoothL1", { smoothL1($0, target) }),
      ("crossEntropy", { crossEntropy($0, probabilities: target.softmax()) }),
    ]
    for (name, loss) in losses {
      let prediction = try tensor(file, "losses/prediction").variable()
      let value = loss(prediction)
      expectClose(value, try tensor(file, "losses/\(name)"), name)
      expectClose(
        gradients(of: value, for: [prediction])[0], try tensor(file, "losses/\(name)/gradient"),
        name)
    }
  }

  /// Linear, and no less, where floats are whole numbers.
  @Test(arguments: [2, 1e3, 1.7e7, 1e9, -3.36e7] as [Float]) func smoothL1OfFarNumbers(_ far: Float)
  {
    let prediction = Tensor([far], shape: [1]).variable()
    let loss = smoothL1(prediction, .zeros([1]))
    #expect(loss.item == abs(far) - 0.5)
    #expect(gradients(of: loss, for: [prediction])[0]?.values == [far < 0 ? -1 : 1])
  }

  private func convolutionBatchNorm(_ scope: ParameterScope) -> ConvolutionBatchNorm {
    ConvolutionBatchNorm(
      Convolution2D(
        scope("conv"), inputs: 3, outputs: 9, kernel: 3, stride: 2, padding: .symmetric(1),
        bias: false),
      BatchNorm(scope("bn"), channels: 9, epsilon: 1e-3), activation: .relu6)
  }

  private func check(
    _ name: String, usesBatchStatistics: Bool = false,
    _ make: (ParameterScope) -> (Tensor) -> Tensor
  ) throws {
    let file = try fixture("layers")
    let store = ParameterStore(seed: 1)
    store.usesBatchStatistics = usesBatchStatistics
    let layer = make(store.scope("here"))
    try store.load(file, prefix: "\(name)/parameters/", into: "here")
    let input = try tensor(file, "\(name)/input").variable()
    let output = layer(input)
    expectClose(output, try tensor(file, "\(name)/output"), name)
    let loss = (output * (try tensor(file, "\(name)/pattern"))).sum()
    let trained = store.parameters.filter { !$0.isStatistic }
    // One walk of the tape gives both: the input's gradient is asked for as a parameter's is.
    let found = gradients(of: loss, for: [input] + trained.map(\.tensor))
    for (key, gradient) in zip(["input"] + trained.map { String($0.name.dropFirst(5)) }, found) {
      expectClose(gradient, try tensor(file, "\(name)/gradients/\(key)"), "\(name), \(key)")
    }
    for parameter in store.parameters where parameter.isStatistic {
      let key = "\(name)/after/\(parameter.name.dropFirst(5))"
      expectClose(parameter.value, try tensor(file, key), key)
    }
  }
}
