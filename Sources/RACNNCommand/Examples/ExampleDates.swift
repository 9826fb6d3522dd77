import ArgumentParser
import NeuralNetworks
import Tensors

/// `racnn example dates`: an encoder-decoder transformer learns to read dates.
struct ExampleDates: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dates",
    abstract: "Teach a transformer to turn dates in words into ISO form.",
    discussion: """
      EXAMPLE:
        racnn example dates
        racnn example dates --steps 100 --tests 50
      """)

  @Option(help: "Training steps.")
  var steps = 1000

  @Option(help: "Dates a step.")
  var batchSize = 64

  @Option(help: "Unseen dates to test with, of 7,304.")
  var tests = 2000

  @Option(help: "The seed of all that is random; the same one gives the same lines.")
  var seed: UInt64 = 1

  func validate() throws {
    guard steps > 0, batchSize > 0, tests > 0 else {
      throw ValidationError("--steps, --batch-size and --tests must be at least 1")
    }
  }

  func run() throws {
    let task = DateTask(seed: seed)
    let (model, store) = Self.makeModel(seed: seed)
    let optimizer = AdamW(
      [ParameterGroup(store.parameters, learningRate: 2e-3)], beta2: 0.98, epsilon: 1e-9)
    let schedule = Schedule.cosine(steps: steps, warmup: steps / 10)
    var generator = RandomGenerator(seed: seed).fork(1)
    for step in 0..<steps {
      let batch = (0..<batchSize).map { _ in
        let index = Int.random(in: task.trained.indices, using: &generator)
        return task.example(task.trained[index], using: &generator)
      }
      let loss = model.loss(
        batch.map { DateCharacters.numbers($0.words) },
        batch.map { DateCharacters.numbers($0.iso) })
      if (step + 1) % max(1, steps / 10) == 0 {
        try Console.line("step \(step + 1): loss \(Text.fixed(Double(loss.item), 4))")
      }
      optimizer.rateFactor = schedule.factor(at: step)
      optimizer.step(minimizing: loss)
    }
    try test(model, task, &generator)
  }

  private static func makeModel(seed: UInt64) -> (SequenceTransformer, ParameterStore) {
    var configuration = TransformerConfiguration(width: 64, heads: 4, hidden: 128)
    configuration.dropout = 0
    configuration.normalizesFirst = true
    let store = ParameterStore(seed: seed)
    let model = SequenceTransformer(
      store.scope, sourceCount: DateCharacters.count, targetCount: DateCharacters.count,
      tokens: .init(
        padding: DateCharacters.padding, start: DateCharacters.start, end: DateCharacters.end),
      encoderLayers: 2, decoderLayers: 2, configuration)
    return (model, store)
  }

  private func test(
    _ model: SequenceTransformer, _ task: DateTask, _ generator: inout RandomGenerator
  ) throws {
    let days = task.unseen.prefix(tests)
    let examples = days.map { task.example($0, using: &generator) }
    var right = 0
    for first in stride(from: 0, to: examples.count, by: 100) {
      let part = examples[first..<min(first + 100, examples.count)]
      let found = model.greedy(
        part.map { DateCharacters.numbers($0.words) }, maximumLength: 12)
      right += zip(part, found).count { $0.iso == DateCharacters.text($1) }
    }
    for example in examples.prefix(3) {
      let best = model.beamSearch(DateCharacters.numbers(example.words), maximumLength: 12)
      let iso = DateCharacters.text(best.first?.tokens ?? [])
      try Console.line("\(example.words): \(iso)")
    }
    let share = Double(right) / Double(examples.count) * 100
    try Console.line(
      "unseen dates: \(right) of \(examples.count) exact (\(Text.fixed(share, 1)) %)")
  }
}
