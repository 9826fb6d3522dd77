import ImageDatasets
import Images
import NeuralNetworks
import RACNN
import Tensors
import Testing

@Suite struct ModelFileTests {
  let folder = TemporaryFolder()

  private func load(_ path: String) throws -> RecurrentAttentionCNN {
    try RecurrentAttentionCNN(contentsOf: path) { _, scope in TinyBackbone(scope) }
  }

  /// A network whose weights a file keeps as they are.
  private func rounded(_ model: RecurrentAttentionCNN) throws -> RecurrentAttentionCNN {
    let path = "\(folder.path)/rounded.safetensors"
    try model.save(to: path)
    try model.store.load(SafetensorsFile(contentsOf: path))
    return model
  }

  @Test func aModelFileHoldsAllThatIsNeeded() throws {
    let model = try rounded(
      tinyNetwork { $0.classNames = ["Ä \"owl\"", "jay", "tit", "wren"] })
    model.boxPolicy = .initial
    let path = "\(folder.path)/model.safetensors"
    try model.save(to: path)
    let loaded = try load(path)
    #expect(loaded.configuration.classNames == ["Ä \"owl\"", "jay", "tit", "wren"])
    #expect(loaded.boxPolicy == .initial)
    let source = noise([2, 3, 24, 24], seed: 6)
    #expect(loaded(source).probabilities.values == model(source).probabilities.values)
    let metadata = try SafetensorsFile(contentsOf: path).metadata
    #expect(metadata["format_version"] == "1" && metadata["source_size"] == "24")
    #expect(metadata["input_sizes"] == "[16,16,16]" && metadata["architecture"] == "resnet18")
  }

  /// What proposes boxes is rounded to 8 bits, which moves none as far as a pixel of a photo.
  @Test func aModelFileRoundsWhatProposesBoxes() throws {
    let path = "\(folder.path)/model.safetensors"
    let model = tinyNetwork { $0.proposalWidth = 200 }
    try model.save(to: path)
    let file = try SafetensorsFile(contentsOf: path)
    for (name, array) in model.store.snapshot() {
      let read = try file.array(name).values
      if ["scales.0.proposal.hidden.weight", "scales.1.proposal.hidden.weight"].contains(name) {
        #expect(read.contains(127) && read.allSatisfy { $0 == $0.rounded() && abs($0) <= 127 })
        #expect(try file.array(name + "_scale").shape == [200])
      } else {
        #expect(read == array.values, "\(name)")
      }
    }
    #expect(try load(path).multiplyAccumulates() == model.multiplyAccumulates())
    let source = noise([5, 3, 24, 24], seed: 6)
    let (before, after) = try withoutTape { (model(source), try load(path)(source)) }
    for (a, b) in zip(before.views, after.views) {
      for (a, b) in zip(a.box.values.values, b.box.values.values) { #expect(abs(a - b) < 1e-4) }
    }
  }

  /// Weights that share the file's memory can be changed and trained; the file stays as it is.
  @Test func lentWeightsAreCopiedBeforeTheyChange() throws {
    let path = "\(folder.path)/lent.safetensors"
    let model = try rounded(tinyNetwork())
    try model.save(to: path)
    let loaded = try load(path)
    let source = noise([2, 3, 24, 24], seed: 6)
    let answers = withoutTape { loaded(source) }.probabilities.values
    #expect(answers == model(source).probabilities.values)
    let optimizers = [model, loaded].map {
      SGD([ParameterGroup($0.store.parameters, learningRate: 0.1)], momentum: 0.9)
    }
    for (model, optimizer) in zip([model, loaded], optimizers) {
      optimizer.step(minimizing: crossEntropy(model(source).views[0].logits, classes: [0, 1]))
    }
    for (plain, lent) in zip(model.store.snapshot(), loaded.store.snapshot()) {
      #expect(plain.1.values == lent.1.values, "\(plain.0)")
    }
    let untouched = try load(path).store.snapshot()
    #expect(untouched.first?.1.values != loaded.store.snapshot().first?.1.values)
    #expect(untouched.first?.1.values == tinyNetwork().store.snapshot().first?.1.values)
    try SafetensorsFile(contentsOf: path).verifyChecksum(isRequired: true)
  }

  @Test func otherFilesAreRefusedWithAReason() throws {
    let path = "\(folder.path)/other.safetensors"
    let array = WeightArray(shape: [1], values: [1])
    for metadata in [
      [:], ["format": "racnn", "format_version": "9", "configuration": "{}"],
      ["format": "racnn", "format_version": "1", "configuration": "{\"classNames\":3}"],
    ] {
      try SafetensorsFile.write([("a", array)], metadata: metadata, to: path)
      #expect(throws: RACNNError.self) { try load(path) }
    }
    let model = tinyNetwork()
    var arrays = model.store.snapshot()
    arrays.removeLast()
    try model.save(to: path)
    let metadata = try SafetensorsFile(contentsOf: path).metadata
    try SafetensorsFile.write(arrays, metadata: metadata, to: path)
    #expect(throws: WeightsError.self) { try load(path) }
    #expect(throws: WeightsError.self) { try load("\(folder.path)/none") }
  }

  /// Numbers with which a network could not be computed are told of when its file is opened.
  @Test func impossibleConfigurationsAreRefused() throws {
    let path = "\(folder.path)/impossible.safetensors"
    let spoils: [(inout ModelConfiguration) -> Void] = [
      { $0.maskSharpness = 0 }, { $0.initialHalfSide = 1e30 }, { $0.initialHalfSide = 0 },
      { $0.backbone = .vgg19 },
      {
        $0.decision = Decision(
          weights: [3e38, 3e38, 3e38], temperatures: [1, 1, 1], confidence: nil)
      },
    ]
    for spoil in spoils {
      try tinyNetwork(change: spoil).save(to: path)
      let error = #expect(throws: RACNNError.self) { try load(path) }
      #expect(error.map { "\($0)".contains("makes no sense") } == true)
    }
    try tinyNetwork().save(to: path)
    #expect(throws: Never.self) { try load(path) }
  }

  @Test func theFramingTravelsAlong() throws {
    let path = "\(folder.path)/framing.safetensors"
    let pixels = (0..<3 * 80 * 40).map { UInt8($0 % 251) }
    let photo = try Photo(
      decoding: Image(width: 80, height: 40, pixels: pixels).pngData(), name: "photo")
    let model = tinyNetwork { $0.boxPolicy = .center }
    let seen: [(Framing, Rectangle, Rectangle)] = [
      (
        .square, Rectangle(x: 20, y: 0, width: 40, height: 40),
        Rectangle(x: 30, y: 10, width: 20, height: 20)
      ),
      (
        .whole, Rectangle(x: 0, y: 0, width: 80, height: 40),
        Rectangle(x: 20, y: 10, width: 40, height: 20)
      ),
    ]
    var answers = [try Classifier(model).classify(photo).probabilities]
    for (framing, first, second) in seen {
      model.framing = framing
      try model.save(to: path)
      let loaded = try load(path)
      #expect(loaded.framing == framing)
      let answer = try Classifier(loaded).classify(photo)
      #expect(answer.scales.prefix(2).map(\.box) == [first, second])
      answers.append(answer.probabilities)
    }
    #expect(Set(answers).count == 3)
  }

  @Test func answersAreInPixelsOfThePhoto() throws {
    let model = tinyNetwork { $0.boxPolicy = .center }
    let classifier = Classifier(model)
    let pixels = (0..<3 * 80 * 40).map { UInt8($0 % 251) }
    let image = Image(width: 80, height: 40, pixels: pixels)
    let photo = try Photo(decoding: try image.pngData(), name: "photo")
    let answer = try classifier.classify(photo, top: 3, crops: true)
    #expect(answer.labels.count == 3 && answer.width == 80 && answer.height == 40)
    #expect(answer.probabilities == answer.probabilities.sorted(by: >))
    #expect(
      answer.scales.map(\.box) == [
        Rectangle(x: 22.5, y: 2.5, width: 35, height: 35),
        Rectangle(x: 31.25, y: 11.25, width: 17.5, height: 17.5),
        Rectangle(x: 35.625, y: 15.625, width: 8.75, height: 8.75),
      ])
    #expect(answer.crops.map(\.width) == [16, 16, 16])
    #expect(try classifier.classify(photo, top: 99).labels.count == 4)
    #expect(try classifier.classify(photo).crops.isEmpty)
    #expect(throws: ImageError.self) { try classifier.classify(contentsOf: "/none.jpg") }
  }

  @Test func weightsThatAreNoNumbersGiveNoAnswer() throws {
    let model = tinyNetwork()
    for parameter in model.store.parameters { parameter.value = parameter.value * Float.nan }
    let image = Image(width: 8, height: 8, pixels: [UInt8](repeating: 7, count: 3 * 64))
    let photo = try Photo(decoding: try image.pngData(), name: "photo")
    #expect(throws: RACNNError.noAnswer) { try Classifier(model).classify(photo) }
  }

  @Test func aNetworkWithoutFusionDecidesByTheMean() {
    let model = tinyNetwork {
      $0.fuses = false
      $0.proposalWidth = nil
      $0.sharesBackbone = true
    }
    let output = model(noise([2, 3, 24, 24], seed: 8))
    let mean = output.views.map { $0.logits.softmax() }.reduce(Tensor.zeros([2, 4]), +) / 3
    for (a, b) in zip(output.probabilities.values, mean.values) { #expect(abs(a - b) < 1e-6) }
    #expect(model.store["fusion.weight"] == nil && model.store["scales.0.proposal.out.bias"] == nil)
  }
}
