import ArgumentParser
import NeuralNetworks
import Tensors

/// Measures sentence embeddings; sentences_torch.py is its peer.
struct SentencesBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sentences",
    abstract: "Measure the embedding of batches of sentences, of random tokens.",
    discussion: """
      EXAMPLE:
        racnn-benchmark sentences weights/all-MiniLM-L6-v2
      """)

  @Argument(help: "A folder with config.json, model.safetensors and vocab.txt.")
  var folder: String

  @Option(help: "Sentences a batch.")
  var batch = 32

  @Option(help: "Tokens a sentence.")
  var length = 64

  @Option(help: "Batches that are measured, after one that is not.")
  var steps = 20

  @Option(help: "Threads that compute.")
  var threads = 2

  @Flag(help: "Tell what each kernel took in one more batch.")
  var profile = false

  func validate() throws {
    guard [batch, steps, threads].allSatisfy({ $0 > 0 }), length >= 2 else {
      throw ValidationError("all numbers must be at least 1, and --length 2")
    }
  }

  func run() throws {
    setThreadCount(threads)
    let encoder = try SentenceEncoder(contentsOf: folder)
    guard length <= encoder.network.configuration.maximumLength else {
      throw ValidationError("the network reads fewer than \(length) tokens")
    }
    var random = RandomGenerator(seed: 1)
    let count = UInt64(encoder.tokenizer.vocabulary.count)
    let tokens = TokenBatch(
      (0..<batch).map { _ in
        TokenSequence(ids: (0..<length).map { _ in Int(random.next() % count) })
      })
    func step() { withoutTape { _ = encoder(tokens).values } }
    step()
    let start = Usage.now()
    for _ in 0..<steps { step() }
    let spent = Usage.now() - start
    print(
      "sentences racnn batch=\(batch) length=\(length) threads=\(threads): "
        + "\(fixed(spent.cpu / Double(steps))) CPU s, \(fixed(spent.wall / Double(steps))) s "
        + "a batch, \(Usage.peakMegabytes) MiB")
    guard profile else { return }
    let begin = Usage.now()
    let timings = Kernels.profiling(step).timings
    let seconds = (Usage.now() - begin).wall
    Profile(timings: timings, seconds: seconds, machine: Machine(), threads: threads).show()
  }
}
