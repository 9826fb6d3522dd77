import Foundation
import ImageDatasets
import Images
import NeuralNetworks
import RACNN
import Testing

@Suite(.serialized) struct FramingTests {
  private let folder = TemporaryFolder()

  private func search(
    middle: [Bool], square: [Bool]? = nil, whole: [Bool]
  ) -> FramingSearch {
    var search = FramingSearch()
    search.add(middle, .middle)
    search.add(square ?? middle, .square)
    search.add(whole, .whole)
    return search
  }

  private func answers(_ right: Int, of count: Int = 100) -> [Bool] {
    (0..<count).map { $0 < right }
  }

  @Test func theMiddleIsShownUnlessMoreIsRecognisedBeyondChance() {
    #expect(search(middle: answers(100), whole: answers(100)).best == .middle)
    #expect(search(middle: answers(97), whole: answers(100)).best == .middle)
    #expect(search(middle: answers(96), whole: answers(100)).best == .whole)
    #expect(search(middle: answers(100), whole: answers(50)).best == .middle)
    // As many are lost as gained.
    #expect(search(middle: answers(50), whole: answers(50).reversed()).best == .middle)
    // Beyond chance, and yet too few to count.
    #expect(
      search(middle: answers(993, of: 1000), whole: answers(1000, of: 1000)).best == .middle)
    let square = search(middle: answers(80), square: answers(95), whole: answers(96))
    #expect(square.best == .square)
    #expect(
      search(middle: answers(80), square: answers(90), whole: answers(100)).best == .whole)
    #expect(FramingSearch().best == .middle)
  }

  /// Grey photos twice as wide as high; what tells the classes apart is a stripe at the left edge.
  private func drawStripes() throws {
    for (label, color) in [[30, 40, 220], [220, 40, 30]].enumerated() {
      let path = "\(folder.path)/data/\(label)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for index in 0..<16 {
        let (width, height) = (64 + index % 3, 32)
        var pixels = (0..<3 * width * height).map { UInt8(100 + ($0 * (index + 7)) % 50) }
        for y in 0..<height {
          for x in 0..<8 {
            for channel in 0..<3 { pixels[3 * (y * width + x) + channel] = UInt8(color[channel]) }
          }
        }
        try Data(Image(width: width, height: height, pixels: pixels).pngData())
          .write(to: URL(fileURLWithPath: "\(path)/\(index).png"))
      }
    }
  }

  private func training(_ run: String) -> TrainingConfiguration {
    var configuration = tinyTraining(folder, run: run)
    configuration.validationFraction = 0.25
    configuration.plan.classify = [8, 1, 1]
    configuration.augmentation.minimumArea = 0.7
    return configuration
  }

  /// Whatever the number of looks.
  @Test func whatTellsAtTheEdgeIsShown() throws {
    try drawStripes()
    var one = training("one")
    one.inputSizes = [32]
    var notes: [String] = []
    func take(_ event: TrainingEvent) {
      if case .note(let note) = event { notes.append(note) }
    }
    for (configuration, name) in [(one, "one"), (training("three"), "three")] {
      notes = []
      let result = try train(
        configuration, makeBackbone: TinyBackbone.init, progress: take, isCancelled: { false })
      let model = try RecurrentAttentionCNN(contentsOf: result.modelPath) { _, scope in
        TinyBackbone(scope)
      }
      #expect(model.framing == .whole, "\(name)")
      #expect(notes.contains { $0.hasPrefix("Photos are shown whole") }, "\(name)")
      #expect(try #require(result.evaluation).accuracy["1"] == 1, "\(name)")
    }
    var told = training("told")
    told.framing = .middle
    let result = try train(
      told, makeBackbone: TinyBackbone.init, progress: { _ in }, isCancelled: { false })
    #expect(try #require(result.evaluation).accuracy["1"] ?? 1 < 1)
  }

  /// Interrupted while it compares framings, a training goes on as if it had not been.
  @Test func theSearchCanBeInterrupted() throws {
    try drawStripes()
    let whole = try train(
      training("whole"), makeBackbone: TinyBackbone.init, progress: { _ in },
      isCancelled: { false })
    var asked: Int?
    func watch(_ event: TrainingEvent) {
      if case .epochEnded(let epoch) = event, epoch.stage.phase == .classify, epoch.epoch == 8 {
        asked = 0
      }
    }
    #expect(throws: RACNNError.self) {
      try train(
        training("cut"), makeBackbone: TinyBackbone.init, progress: watch,
        isCancelled: {
          asked = asked.map { $0 + 1 }
          return asked == 3
        })
    }
    let resumed = try train(
      resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init, progress: { _ in },
      isCancelled: { false })
    func trained(_ result: TrainingResult) throws -> Trained {
      let model = try RecurrentAttentionCNN(contentsOf: result.modelPath) { _, scope in
        TinyBackbone(scope)
      }
      return Trained(framing: model.framing, values: model.store.snapshot().map(\.1.values))
    }
    #expect(try trained(whole) == trained(resumed))
    #expect(try trained(whole).framing == .whole)
  }

  private struct Trained: Equatable {
    let framing: Framing
    let values: [[Float]]
  }
}
