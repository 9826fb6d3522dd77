import ArgumentParser
import NeuralNetworks
import RACNN
import Tensors

/// Measures a training step of one backbone with a classifier, as attention_torch.py does.
struct BackboneBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backbone",
    abstract: "Measure CPU seconds of training one backbone with a classifier.",
    discussion: """
      EXAMPLE:
        racnn-benchmark backbone vit_tiny_patch16_224 8 5
      """)

  @Argument(help: "The network.", transform: NetworkBenchmark.backbone)
  var backbone: BackboneArchitecture

  @Argument(help: "Photos a step.")
  var batch: Int

  @Argument(help: "Steps that are measured, after one that is not.")
  var steps: Int

  @Option(help: "Pixels a side.")
  var size = 224

  @Option(help: "Threads that compute.")
  var threads = 2

  @Flag(help: "Tell what each kernel took in one more step.")
  var profile = false

  func validate() throws {
    guard [batch, steps, size, threads].allSatisfy({ $0 > 0 }) else {
      throw ValidationError("all numbers must be at least 1")
    }
  }

  func run() throws {
    setThreadCount(threads)
    let store = ParameterStore(seed: 1)
    store.usesBatchStatistics = true
    let network = backbone.make(store.scope("backbone"))
    let head = Linear(store.scope("head"), inputs: network.channels, outputs: 1000)
    let optimizer = SGD([ParameterGroup(store.parameters, learningRate: 1e-4)], momentum: 0.9)
    var random = RandomGenerator(seed: 1)
    let photos = Tensor(
      (0..<batch * 3 * size * size).map { _ in random.normal() }, shape: [batch, 3, size, size])
    let labels = (0..<batch).map { _ in Int(random.next() % 1000) }
    func step() {
      optimizer.step(
        minimizing: crossEntropy(head(network.look(photos).descriptor), classes: labels))
    }
    step()
    let start = Usage.now()
    for _ in 0..<steps { step() }
    let spent = Usage.now() - start
    if profile {
      let machine = Machine()
      let start = Usage.now()
      let timings = Kernels.profiling(step).timings
      Profile(
        timings: timings, seconds: (Usage.now() - start).wall, machine: machine, threads: threads
      ).show()
    }
    print(
      "racnn train \(backbone.rawValue) \(size) batch=\(batch) threads=\(threads):"
        + " \(fixed(spent.cpu / Double(steps))) CPU s a step,"
        + " \(fixed(spent.wall / Double(steps))) s, \(Usage.peakMegabytes) MiB")
  }
}
