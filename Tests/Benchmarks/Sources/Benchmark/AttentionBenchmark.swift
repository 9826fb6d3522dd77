import ArgumentParser
import Tensors

/// Measures scaled dot-product attention of one photo's or sentence's tokens to one another, as
/// attention_torch.py does.
struct AttentionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attention",
    abstract: "Measure CPU seconds and memory of attention.",
    discussion: """
      EXAMPLE:
        racnn-benchmark attention 4096
        racnn-benchmark attention 196 --batch 8 --steps 50 --gradient
      """)

  @Argument(help: "Tokens.")
  var tokens: Int

  @Option(help: "Heads.")
  var heads = 8

  @Option(help: "Columns a head.")
  var width = 64

  @Option(help: "Photos or sentences.")
  var batch = 1

  @Option(help: "Steps that are measured, after one that is not.")
  var steps = 5

  @Option(help: "Threads that compute.")
  var threads = 2

  @Flag(help: "Go back to the gradients of queries, keys and values too.")
  var gradient = false

  func validate() throws {
    guard [tokens, heads, width, batch, steps, threads].allSatisfy({ $0 > 0 }) else {
      throw ValidationError("all numbers must be at least 1")
    }
  }

  func run() throws {
    setThreadCount(threads)
    var random = RandomGenerator(seed: 1)
    let shape: Shape = [batch, tokens, heads * width]
    let inputs = (0..<3).map { _ in
      Tensor((0..<shape.count).map { _ in random.uniform() - 0.5 }, shape: shape)
    }
    // The memory of the inputs, of the output, and of its gradient and theirs.
    var outputs = [Tensor.zeros(shape)]
    if gradient { outputs += (0..<4).map { _ in Tensor.zeros(shape) } }
    let before = Usage.peakMegabytes
    outputs = []
    func step() -> Float {
      guard gradient else {
        return withoutTape {
          scaledDotProductAttention(inputs[0], inputs[1], inputs[2], heads: heads)
            .withValues { $0[0] }
        }
      }
      let variables = inputs.map { $0.variable() }
      let y = scaledDotProductAttention(variables[0], variables[1], variables[2], heads: heads)
      return gradients(of: y.sum(), for: variables)[0]?.withValues { $0[0] } ?? .nan
    }
    _ = step()
    let start = Usage.now()
    for _ in 0..<steps { _ = step() }
    let spent = Usage.now() - start
    let direction = gradient ? "forward and back" : "forward"
    print(
      "racnn attention \(direction) \(batch) x \(heads) heads of \(width), \(tokens) tokens,"
        + " threads=\(threads): \(fixed(spent.cpu / Double(steps) * 1e3)) CPU ms a step,"
        + " \(fixed(spent.wall / Double(steps) * 1e3)) ms,"
        + " \(Usage.peakMegabytes - before) MiB above inputs and outputs")
  }
}
