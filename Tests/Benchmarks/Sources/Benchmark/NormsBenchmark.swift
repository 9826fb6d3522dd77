import ArgumentParser
import NeuralNetworks
import Tensors

/// Trains one small network with batch norm and with layer norm, at batches and sequences of several
/// sizes, and tells what each has learned.
struct NormsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "norms",
    abstract: "Compare batch norm with layer norm over batch sizes and sequence lengths.",
    discussion: """
      A sequence is of one of ten classes. In the task "direction" its tokens scatter around a \
      point that is the class's; in the task "size" they are of any direction, and the class is how \
      long they are. The network normalises after each of two linear layers, takes the mean of the \
      tokens, and classifies. Each figure is the accuracy in per cent on 2,000 new sequences, batch \
      norm with its running statistics, after as many sequences of training whatever the batch; the \
      mean of some seeds.

      EXAMPLE:
        racnn-benchmark norms
      """)

  @Option(parsing: .upToNextOption, help: "Sequences a batch.")
  var batches = [1, 2, 4, 8, 16, 32]

  @Option(parsing: .upToNextOption, help: "Tokens a sequence.")
  var lengths = [1, 4, 16, 64]

  @Option(help: "Sequences of training.")
  var sequences = 8192

  @Option(help: "Trainings a figure.")
  var seeds = 3

  func validate() throws {
    guard (batches + lengths + [sequences, seeds]).allSatisfy({ $0 > 0 }) else {
      throw ValidationError("all numbers must be at least 1")
    }
  }

  func run() throws {
    setThreadCount(1)
    for task in NormTask.allCases {
      let columns = lengths.flatMap { ["batch norm, \($0)", "layer norm, \($0)"] }
      print("\n| \(task), batch | \(columns.joined(separator: " | ")) |")
      print("|---|\(String(repeating: "---|", count: columns.count))")
      for batch in batches {
        let cells = lengths.flatMap { length in
          [true, false].map { usesBatchNorm in
            let accuracies = (0..<seeds).map { seed in
              NormTraining(
                task: task, batch: batch, length: length, usesBatchNorm: usesBatchNorm,
                seed: UInt64(seed)
              ).accuracy(after: sequences)
            }
            return "\(Int((accuracies.reduce(0, +) / Double(seeds) * 100).rounded()))"
          }
        }
        print("| \(batch) | \(cells.joined(separator: " | ")) |")
      }
    }
  }
}

/// Where the class of a sequence lies.
enum NormTask: String, CaseIterable {
  case direction
  case size
}

/// One training of the comparison.
struct NormTraining {
  let task: NormTask
  let batch: Int
  let length: Int
  let usesBatchNorm: Bool
  let seed: UInt64

  private static let (inputs, width, classes) = (16, 64, 10)

  /// The share of new sequences that is classified rightly after training.
  func accuracy(after sequences: Int) -> Double {
    var random = RandomGenerator(seed: seed)
    let centres = (0..<Self.classes).map { _ in (0..<Self.inputs).map { _ in random.normal() } }
    let store = ParameterStore(seed: seed)
    let network = Network(store.scope, usesBatchNorm: usesBatchNorm)
    // A rate in proportion to the batch: each sequence moves the weights as far.
    let optimizer = SGD(
      [ParameterGroup(store.parameters, learningRate: 0.05 * Float(batch) / 32)], momentum: 0.9)
    store.usesBatchStatistics = true
    for _ in 0..<sequences / batch {
      let (x, labels) = draw(batch, centres, &random)
      optimizer.step(minimizing: crossEntropy(network(x), classes: labels))
    }
    store.usesBatchStatistics = false
    let (x, labels) = draw(2000, centres, &random)
    let answers = withoutTape { network(x).argmax() }
    return Double(zip(answers, labels).count { $0 == $1 }) / 2000
  }

  private func draw(
    _ count: Int, _ centres: [[Float]], _ random: inout RandomGenerator
  ) -> (Tensor, [Int]) {
    let labels = (0..<count).map { _ in Int(random.next() % UInt64(Self.classes)) }
    var values: [Float] = []
    values.reserveCapacity(count * length * Self.inputs)
    for label in labels {
      for _ in 0..<length {
        for column in 0..<Self.inputs {
          switch task {
          case .direction: values.append(centres[label][column] + 1.5 * random.normal())
          case .size: values.append(random.normal() * Float(1 + label) / 4)
          }
        }
      }
    }
    return (Tensor(values, shape: [count, length, Self.inputs]), labels)
  }

  private struct Network {
    let layers: [(linear: Linear, norm: (Tensor) -> Tensor)]
    let head: Linear

    init(_ scope: ParameterScope, usesBatchNorm: Bool) {
      layers = [NormTraining.inputs, width].enumerated().map { index, inputs in
        let scope = scope("layers")(index)
        // As is usual before a norm, whose shift does what a bias would.
        let linear = Linear(scope("linear"), inputs: inputs, outputs: width, bias: false)
        if usesBatchNorm {
          let norm = BatchNorm(scope("norm"), channels: width)
          return (
            linear,
            { x in
              // Each token is a picture of one pixel.
              norm(x.reshaped([x.shape[0] * x.shape[1], width, 1, 1])).reshaped(x.shape)
            }
          )
        }
        let norm = LayerNorm(scope("norm"), channels: width)
        return (linear, { norm($0) })
      }
      head = Linear(scope("head"), inputs: width, outputs: classes)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      head(layers.reduce(x) { x, layer in layer.norm(layer.linear(x)).relu() }.mean([1]))
    }
  }
}
