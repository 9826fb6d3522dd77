import NeuralNetworks
import RACNN
import Tensors
import Testing

/// What PyTorch made of the same network; see `ReferenceImplementations/racnn_tiny.py`.
@Suite struct GoldenTests {
  let file: SafetensorsFile

  init() throws {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    file = try SafetensorsFile(contentsOf: "/\(folder)/Fixtures/racnn_tiny.safetensors")
  }

  func network() throws -> RecurrentAttentionCNN {
    let model = tinyNetwork()
    try model.store.load(file, prefix: "parameters/")
    model.boxPolicy = .learned
    return model
  }

  func tensor(_ name: String) throws -> Tensor {
    let array = try file.array(name)
    return Tensor(array.values, shape: Shape(array.shape))
  }

  func labels() throws -> [Int] { try file.array("labels").values.map { Int($0) } }

  static let rates = Rates(
    body: 2e-3, head: 5e-3, proposal: 5e-3, weightDecay: 0.02, labelSmoothing: 0.1)
  static let phases = [
    "heads 1", "heads 3", "classify 1", "classify 2", "classify 3", "propose 1", "propose 2",
    "alternate, classifiers", "alternate, proposals", "fuse",
  ]

  func phase(_ name: String, _ model: RecurrentAttentionCNN) throws -> any Phase {
    let rates = Self.rates
    if name.hasPrefix("heads") || name.hasPrefix("classify") { model.boxPolicy = .initial }
    switch name {
    case "heads 1": return HeadsPhase(model, scale: 1, rates)
    case "heads 3": return HeadsPhase(model, scale: 3, rates)
    case "classify 1": return ClassifyPhase(model, scales: [1], rates)
    case "classify 2": return ClassifyPhase(model, scales: [2], rates)
    case "classify 3": return ClassifyPhase(model, scales: [3], rates)
    case "propose 1": return ProposePhase(model, scale: 1, rates)
    case "propose 2": return ProposePhase(model, scale: 2, rates)
    case "alternate, classifiers": return ClassifyPhase(model, scales: [2, 3], rates)
    case "alternate, proposals": return RankPhase(model, Rates(proposal: 2e-3))
    default: return try #require(FusePhase(model, Rates(head: 5e-3)))
    }
  }

  @Test(arguments: phases) func tenLosses(_ name: String) throws {
    let model = try network()
    let phase = try phase(name, model)
    model.train(only: phase.groups)
    let optimizer = AdamW(phase.groups)
    let (source, labels) = (try tensor("source"), try labels())
    var generator = RandomGenerator(seed: 0)
    let before = model.store.snapshot()
    for (step, expected) in try file.array("losses/\(name)").values.enumerated() {
      let loss = phase.loss(source, labels: labels, using: &generator).total
      #expect(abs(loss.item - expected) < 2e-4 * expected, "step \(step + 1)")
      optimizer.step(gradients(of: loss, for: optimizer.parameters))
    }
    let moving = Set(phase.groups.flatMap(\.parameters).map(\.name))
    for ((name, old), (_, new)) in zip(before, model.store.snapshot()) {
      #expect((old != new) == moving.contains(name), "\(name)")
    }
  }

  @Test func gradientsOfTheRankingLossThroughTheCrops() throws {
    let model = try network()
    let phase = try phase("alternate, proposals", model)
    model.train(only: phase.groups)
    var generator = RandomGenerator(seed: 0)
    let loss = phase.loss(try tensor("source"), labels: try labels(), using: &generator).total
    let parameters = phase.groups.flatMap(\.parameters)
    #expect(parameters.count == 8)
    for (parameter, gradient) in zip(parameters, gradients(of: loss, for: parameters)) {
      let found = try #require(gradient).values
      let expected = try file.array("gradients/\(parameter.name)").values
      let size = expected.reduce(0) { max($0, abs($1)) }
      #expect(size > 0)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-3 * size, "\(parameter.name)") }
    }
  }

  @Test func boxesAndLogits() throws {
    let model = try network()
    let output = model(try tensor("source"))
    let boxes = output.views.flatMap { $0.box.values.values }
    for (a, b) in zip(boxes, try file.array("boxes").values) { #expect(abs(a - b) < 1e-5) }
    let logits = output.views.flatMap { $0.logits.values }
    for (a, b) in zip(logits, try file.array("logits").values) { #expect(abs(a - b) < 1e-4) }
    let initial = InitialBox.boxes(for: output.views[0].features).values.values
    for (a, b) in zip(initial, try file.array("initial").values) { #expect(abs(a - b) < 1e-6) }
  }
}
