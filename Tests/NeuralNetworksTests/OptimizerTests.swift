import NeuralNetworks
import Tensors
import Testing

/// Optimizers and schedules against PyTorch's.
@Suite struct OptimizerTests {
  @Test(arguments: ["sgd", "sgdPlain", "adamW"], [false, true])
  func equalsPyTorch(_ name: String, byLoss: Bool) throws {
    let file = try fixture("optimizers")
    let store = try makeStore(file)
    let optimizer = make(name, store)
    for step in 0..<5 {
      try take(step, optimizer, file, byLoss: byLoss)
      for key in ["w", "b"] {
        expectClose(
          store[key]?.value, try tensor(file, "\(name).\(step)/\(key)"),
          "\(name), step \(step), \(key)", tolerance: 2e-6)
      }
    }
  }

  /// A training that was stopped goes on to the same bits.
  @Test(arguments: ["sgd", "adamW"])
  func resumes(_ name: String) throws {
    let file = try fixture("optimizers")
    let through = try makeStore(file)
    let optimizer = make(name, through)
    for step in 0..<3 { try take(step, optimizer, file) }
    let resumed = try makeStore(file)
    try resumed.restore(through.snapshot())
    let other = make(name, resumed)
    try other.restore(optimizer.state)
    #expect(other.state == optimizer.state)
    for step in 3..<5 {
      try take(step, optimizer, file)
      try take(step, other, file)
    }
    #expect(resumed.snapshot().map(\.1) == through.snapshot().map(\.1))
    #expect(other.state == optimizer.state)
  }

  @Test func refusesAnotherState() throws {
    let file = try fixture("optimizers")
    let optimizer = make("adamW", try makeStore(file))
    try take(0, optimizer, file)
    let state = optimizer.state
    #expect(Set(state.keys) == ["w/mean", "w/square", "w/step", "b/mean", "b/square", "b/step"])
    #expect(throws: WeightsError.self) {
      try optimizer.restore(["v/mean": WeightArray(shape: [], values: [1])])
    }
    #expect(throws: WeightsError.self) {
      try optimizer.restore(["w/mean": WeightArray(shape: [1], values: [1])])
    }
    #expect(throws: WeightsError.self) {
      try optimizer.restore(["w/step": WeightArray(shape: [], values: [.nan])])
    }
    for (name, bad) in [("w/square", -1), ("w/mean", Float.nan)] {
      var spoilt = state
      var values = state[name]?.values ?? []
      values[0] = bad
      spoilt[name] = WeightArray(shape: state[name]?.shape ?? [], values: values)
      #expect(throws: WeightsError.self) { try optimizer.restore(spoilt) }
    }
    #expect(optimizer.state == state)
  }

  /// The gradient of a wide layer for few rows is made in parts, as it is used.
  @Test(arguments: ["sgd", "adamW"])
  func stepsByGradientsInParts(_ name: String) {
    var random = RandomGenerator(seed: 3)
    // Small integers, so that sums of products are exact.
    func integers(_ shape: Shape) -> Tensor {
      Tensor((0..<shape.count).map { _ in Float(random.next() % 7) - 3 }, shape: shape)
    }
    let (x, dy, start) = (integers([3, 1200]), integers([3, 2000]), integers([2000, 1200]))
    func stepped(_ parameter: Parameter, _ step: (any Optimizer) -> Void) -> [Float] {
      let group = ParameterGroup([parameter], learningRate: 0.1, weightDecay: 0.05)
      step(name == "sgd" ? SGD([group]) : AdamW([group]))
      return parameter.value.values
    }
    let (one, other) = (Parameter(name: "w", value: start), Parameter(name: "w", value: start))
    let parts = stepped(one) { optimizer in
      optimizer.step(minimizing: (linear(x, weight: one.tensor) * dy).sum())
    }
    let gradient = Kernels.withReference { dy.matrixProduct(x, transposingLeft: true) }
    let whole = stepped(other) { $0.step([gradient]) }
    #expect(parts == whole)
  }

  /// The same where a gradient is not made before it is used: it is made when its factors do not
  /// tell that it is small.
  @Test(arguments: [[0, 1e10], [1e10, 1e10], [0, .nan], [0, 1e30]] as [[Float]])
  func refusesWhatIsNoNumberInParts(_ factors: [Float]) {
    let refused = factors == [0, 1e10] ? nil : "w"
    let parameter = Parameter(name: "w", value: .full(1, [40, 30]))
    let optimizer = SGD([ParameterGroup([parameter], learningRate: 0.1)])
    let x = concatenated([.full(1e10, [1, 30]), .full(1, [1, 30])], axis: 0)
    let y = linear(x, weight: parameter.tensor) * Tensor(factors, shape: [2, 1])
    #expect(optimizer.step(minimizing: y.sum())?.name == refused)
    #expect((parameter.value.values == [Float](repeating: 1, count: 1200)) == (refused != nil))
  }

  /// Half by half, gradient by gradient, or both at once: the same bits.
  @Test(arguments: ["sgd", "adamW"])
  func stepsAlikeByLossesAndGradients(_ name: String) throws {
    let file = try fixture("optimizers")
    let results = try [false, true].map { byLoss in
      let store = try makeStore(file)
      let optimizer = make(name, store)
      for step in 0..<5 { try take(step, optimizer, file, byLoss: byLoss) }
      return (store.snapshot().map(\.1), optimizer.state)
    }
    #expect(results[0].0 == results[1].0 && results[0].1 == results[1].1)
  }

  /// One gradient that is no number, or too large to be squared, and no parameter changes; what was
  /// gathered before is forgotten with the rest.
  @Test(arguments: [Float.nan, .infinity, -1e30])
  func refusesWhatIsNoNumber(_ factor: Float) {
    let parameters = ["a", "b", "c"].map { Parameter(name: $0, value: .full(1, [3])) }
    func makeOptimizer() -> AdamW { AdamW([ParameterGroup(parameters, learningRate: 0.1)]) }
    let optimizer = makeOptimizer()
    func loss(_ factor: Float) -> Tensor {
      parameters.dropFirst().reduce((parameters[0].tensor * factor).sum()) { $0 + $1.tensor.sum() }
    }
    #expect(optimizer.step(minimizing: loss(1)) == nil)
    let values = parameters.map(\.value.values)
    #expect(!optimizer.state.isEmpty)
    #expect(optimizer.step(minimizing: loss(factor))?.name == "a")
    #expect(parameters.map(\.value.values) == values && optimizer.state.isEmpty)
    #expect(optimizer.step(minimizing: loss(1)) == nil)
    let other = makeOptimizer()
    let after = parameters.map(\.value.values)
    for (parameter, values) in zip(parameters, values) {
      parameter.value = Tensor(values, shape: [3])
    }
    #expect(other.step(minimizing: loss(1)) == nil)
    #expect(parameters.map(\.value.values) == after && after != values)
  }

  /// Neither a frozen parameter nor its state changes, even when there is a gradient.
  @Test func leavesFrozenParameters() throws {
    let file = try fixture("optimizers")
    let store = try makeStore(file)
    let optimizer = make("sgd", store)
    store.setTrainable(false, under: "b")
    try take(0, optimizer, file)
    #expect(store["b"]?.value.values == (try file.array("b").values))
    #expect(store["w"]?.value.values != (try file.array("w").values))
    #expect(Set(optimizer.state.keys) == ["w/velocity"])
  }

  @Test func cosineEqualsPyTorch() throws {
    let schedule = Schedule.cosine(steps: 10, warmup: 3, floor: 0.1)
    for (step, factor) in try fixture("optimizers").array("cosine").values.enumerated() {
      #expect(abs(schedule.factor(at: step) - factor) < 1e-6, "step \(step)")
    }
    #expect(schedule.factor(at: 1000) == 0.1)
  }

  @Test func otherSchedules() {
    #expect(Schedule.constant.factor(at: 7) == 1)
    let linear = Schedule.linear(steps: 4)
    #expect((0...5).map { linear.factor(at: $0) } == [1, 0.75, 0.5, 0.25, 0, 0])
    let step = Schedule.step(every: 2, factor: 0.5)
    #expect((0..<6).map { step.factor(at: $0) } == [1, 1, 0.5, 0.5, 0.25, 0.25])
    #expect(Schedule.cosine(steps: 0).factor(at: 0).isFinite)
  }

  private func makeStore(_ file: SafetensorsFile) throws -> ParameterStore {
    let store = ParameterStore(seed: 1)
    for name in ["w", "b"] {
      let array = try file.array(name)
      let parameter = store.scope.parameter(name, Shape(array.shape), .zeros)
      parameter.value = Tensor(array.values, shape: Shape(array.shape))
    }
    return store
  }

  private func make(_ name: String, _ store: ParameterStore) -> any Optimizer {
    let groups = [
      ParameterGroup(store.parameters(under: "w"), learningRate: 0.1, weightDecay: 0.05),
      ParameterGroup(store.parameters(under: "b"), learningRate: 0.02),
    ]
    return switch name {
    case "sgd": SGD(groups)
    case "sgdPlain": SGD(groups, momentum: 0)
    default: AdamW(groups, beta2: 0.99, epsilon: 1e-6)
    }
  }

  /// The step of the fixture: `b` has no gradient in the third, and the rate halves before it.
  ///
  /// - Parameter byLoss: whether the optimizer finds the gradients itself, in a loss that has them.
  private func take(
    _ step: Int, _ optimizer: any Optimizer, _ file: SafetensorsFile, byLoss: Bool = false
  ) throws {
    optimizer.rateFactor = step < 2 ? 1 : 0.5
    let gradients = [
      try tensor(file, "gradient.\(step)/w"),
      step == 2 ? nil : try tensor(file, "gradient.\(step)/b"),
    ]
    guard byLoss else { return optimizer.step(gradients) }
    let terms = zip(optimizer.parameters, gradients).compactMap { parameter, gradient in
      gradient.map { (parameter.tensor * $0).sum() }
    }
    #expect(optimizer.step(minimizing: terms.dropFirst().reduce(terms[0], +)) == nil)
  }
}
