import ArgumentParser
import Foundation
import NeuralNetworks
import RACNN
import Tensors

/// Measures the speed and the memory of a network of random weights on random photos that are in
/// memory already; the work, the arguments and the line that is printed are those of the PyTorch
/// program that it is compared with.
struct NetworkBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Measure images a second, CPU seconds an image and peak memory.",
    discussion: """
      EXAMPLE:
        racnn-benchmark train efficientnet_lite0 4 5 --freeze-bn
        racnn-benchmark infer vgg19 1 3
      """)

  enum Mode: String, CaseIterable, ExpressibleByArgument {
    case train
    case infer
  }

  @Argument(help: "train or infer")
  var mode: Mode

  @Argument(help: "The network of each scale.", transform: NetworkBenchmark.backbone)
  var backbone: BackboneArchitecture

  @Argument(help: "Photos a step.")
  var batch: Int

  @Argument(help: "Steps that are measured, after one that is not.")
  var steps: Int

  @Option(help: "Pixels a side at scale 1.")
  var scale1 = 448

  @Option(help: "Pixels a side at scales 2 and 3.")
  var zoom = 224

  @Option(help: "Pixels a side of the source; those of scale 1 unless given.")
  var source: Int?

  @Option(help: "Scales that look.")
  var looks = 3

  @Option(help: "Units of the layer that proposes where to look.")
  var width = 1024

  @Option(help: "Threads that compute.")
  var threads = 2

  @Option(help: "Classes.")
  var classes = 200

  @Flag(name: .customLong("freeze-bn"), help: "Normalise by running statistics when training.")
  var freezesBatchNorm = false

  @Flag(help: "Compute blocks a second time when training, to take less memory.")
  var lowMemory = false

  @Flag(
    name: [.customLong("profile"), .customLong("operators")],
    help: "Tell what each kernel took in one more step, and how much of what is possible that is.")
  var profile = false

  @Option(name: .customLong("write-model"), help: .hidden)
  var writtenModel: String?

  static func backbone(_ name: String) throws -> BackboneArchitecture {
    guard let backbone = BackboneArchitecture(rawValue: name) else {
      let known = BackboneArchitecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("no backbone is called \(name); there are \(known)")
    }
    return backbone
  }

  func validate() throws {
    let numbers = [batch, steps, scale1, zoom, source ?? 1, looks, width, threads, classes]
    guard numbers.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("all numbers must be at least 1")
    }
    guard mode == .infer || looks > 1 else {
      throw ValidationError("a single look has nothing to rank: training takes at least 2")
    }
  }

  func run() throws {
    if let writtenModel { return try makeModel().save(to: writtenModel) }
    setThreadCount(threads)
    let model = try mode == .train ? makeModel() : loadedModel()
    var random = RandomGenerator(seed: 1)
    let side = source ?? scale1
    let photos = Tensor(
      (0..<batch * 3 * side * side).map { _ in random.normal() }, shape: [batch, 3, side, side])
    let labels = (0..<batch).map { _ in Int(random.next() % UInt64(classes)) }
    let step =
      mode == .train
      ? trainStep(model, photos, labels) : { withoutTape { _ = look(model, photos) } }

    step()
    let start = Usage.now()
    for _ in 0..<steps { step() }
    let spent = Usage.now() - start
    if profile { showProfile(of: step) }
    let images = Double(batch * steps)
    let variations =
      (looks == 3 ? "" : " looks=\(looks)") + " batch=\(batch) threads=\(threads)"
      + (freezesBatchNorm ? " freeze-bn" : "") + (lowMemory ? " low-memory" : "")
    print(
      "racnn \(mode) \(backbone.rawValue) \(scale1)/\(zoom)\(variations): "
        + "\(fixed(images / spent.wall)) images/s, "
        + "\(fixed(spent.cpu / images, digits: 5)) CPU s/image, "
        + "\((Usage.peakKilobytes + 512) / 1024) MiB")
  }

  private func showProfile(of step: () -> Void) {
    let machine = Machine()
    let start = Usage.now()
    let timings = Kernels.profiling(step).timings
    let seconds = (Usage.now() - start).wall
    Profile(timings: timings, seconds: seconds, machine: machine, threads: threads).show()
  }

  /// The network of the comparison: a mask of k = 10, and attention with 1,024 units unless told.
  private func makeModel() -> RecurrentAttentionCNN {
    var configuration = ModelConfiguration(
      backbone: backbone, classNames: (0..<classes).map { "class \($0)" },
      inputSizes: (0..<looks).map { $0 == 0 ? scale1 : zoom }, sourceSize: source ?? scale1)
    configuration.proposalWidth = looks > 1 ? width : nil
    configuration.fuses = looks > 1
    configuration.maskSharpness = 10
    let model = RecurrentAttentionCNN(configuration, seed: 1)
    model.store.usesBatchStatistics = mode == .train && !freezesBatchNorm
    model.store.recomputesBlocks = lowMemory
    return model
  }

  /// The network from a file that another process wrote, as one that predicts has it: what it takes to
  /// make random weights is not counted.
  private func loadedModel() throws -> RecurrentAttentionCNN {
    let path = NSTemporaryDirectory() + "/racnn-benchmark-\(getpid()).safetensors"
    defer { unlink(path) }
    let writer = try Process.run(
      URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
      arguments: CommandLine.arguments.dropFirst() + ["--write-model", path])
    writer.waitUntilExit()
    guard writer.terminationStatus == 0 else { throw ExitCode.failure }
    let model = try RecurrentAttentionCNN(contentsOf: path)
    model.store.setTrainable(false)
    return model
  }

  /// Reads every result out, so that nothing of it may be left uncomputed.
  private func look(_ model: RecurrentAttentionCNN, _ photos: Tensor) -> [[Float]] {
    let output = model(photos)
    return output.views.map(\.logits.values) + [output.fused?.values ?? []]
  }

  /// One step of gradient descent with momentum on all losses at once.
  private func trainStep(
    _ model: RecurrentAttentionCNN, _ photos: Tensor, _ labels: [Int]
  ) -> () -> Void {
    let optimizer = SGD(
      [ParameterGroup(model.store.parameters, learningRate: 1e-4)], momentum: 0.9)
    return {
      let output = model(photos)
      let logits = output.views.map(\.logits)
      let all = logits + (output.fused.map { [$0] } ?? [])
      let loss = all.reduce(RankingLoss(logits, classes: labels).total) {
        $0 + crossEntropy($1, classes: labels)
      }
      optimizer.step(minimizing: loss)
    }
  }
}
