import ArgumentParser
import Foundation
import NeuralNetworks
import Tensors

/// Measures what table 1 of "Attention Is All You Need" (Vaswani et al., 2017) says of layers.
struct LayersBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Compare self-attention, recurrence and convolution over sequence length and width.",
    discussion: """
      One sequence, forward. Attention is the product of scores and values without linear layers, \
      in heads of 64 at most; the recurrent layer an LSTM with its input's product; the convolution \
      has a kernel of 3. First over the lengths at the middle width, then over the widths at the \
      middle length.

      EXAMPLE:
        racnn-benchmark layers --output layers.svg
      """)

  @Option(parsing: .upToNextOption, help: "Sequence lengths n.")
  var lengths = [32, 64, 128, 256, 512, 1024, 2048, 4096]

  @Option(parsing: .upToNextOption, help: "Widths d.")
  var widths = [32, 64, 128, 256, 512, 1024, 2048]

  @Option(help: "The length at which widths are compared.")
  var length = 256

  @Option(help: "The width at which lengths are compared.")
  var width = 256

  @Option(help: "Seconds that each figure is measured for.")
  var seconds = 0.3

  @Option(help: "Threads that compute.")
  var threads = 1

  @Option(help: "The SVG file to write.")
  var output: String?

  func validate() throws {
    guard (lengths + widths + [length, width, threads]).allSatisfy({ $0 > 0 }),
      (widths + [width]).allSatisfy({ $0 <= 64 || $0 % 64 == 0 })
    else { throw ValidationError("numbers must be at least 1, and widths above 64 its multiples") }
  }

  func run() throws {
    setThreadCount(threads)
    print("layer\tn\td\tmultiplications\tCPU ms\tms\tsteps\tpath\tMiB above inputs")
    let overLengths = lengths.map { n in (n, measure(n, width)) }
    let overWidths = widths.map { d in (d, measure(length, d)) }
    guard let output else { return }
    let charts = [
      chart("operations (table 1), d = \(width)", "n", overLengths, width, \.law),
      chart("CPU ms, d = \(width)", "n", overLengths, width, \.cpu),
      chart("operations (table 1), n = \(length)", "d", overWidths, length, \.law),
      chart("CPU ms, n = \(length)", "d", overWidths, length, \.cpu),
    ]
    try Data(LogChart.svg(charts, columns: 2).utf8).write(to: URL(filePath: output))
  }

  private func measure(_ n: Int, _ d: Int) -> [LayerMeasurement] {
    LayerKind.allCases.map { kind in
      let result = LayerMeasurement(kind, length: n, width: d, seconds: seconds)
      print(
        kind.name, n, d, kind.multiplications(n, d), fixed(result.cpu), fixed(result.wall),
        kind.sequentialSteps(n), kind.pathLength(n), fixed(result.memory), separator: "\t")
      return result
    }
  }

  private func chart(
    _ title: String, _ axis: String, _ rows: [(Int, [LayerMeasurement])], _ crossing: Int,
    _ value: (LayerMeasurement) -> Double
  ) -> LogChart {
    LogChart(
      title: title, axis: axis, mark: (Double(crossing), "n = d"),
      curves: LayerKind.allCases.enumerated().map { index, kind in
        (
          kind.name + ": " + kind.law,
          rows.map { (x: Double($0.0), y: value($0.1[index])) }
        )
      })
  }
}

/// The layers of the table.
enum LayerKind: CaseIterable {
  case attention
  case recurrent
  case convolution

  static let kernel = 3

  var name: String {
    switch self {
    case .attention: "self-attention"
    case .recurrent: "recurrent (LSTM)"
    case .convolution: "convolution"
    }
  }

  /// The table's growth, in words.
  var law: String {
    switch self {
    case .attention: "n^2 d"
    case .recurrent: "n d^2"
    case .convolution: "k n d^2, k = 3"
    }
  }

  /// The table's growth, as a number.
  func law(_ n: Int, _ d: Int) -> Double {
    switch self {
    case .attention: Double(n * n * d)
    case .recurrent: Double(n * d * d)
    case .convolution: Double(Self.kernel * n * d * d)
    }
  }

  /// What is multiplied in truth: scores and values; four gates of inputs and of states.
  func multiplications(_ n: Int, _ d: Int) -> Int {
    switch self {
    case .attention: 2 * n * n * d
    case .recurrent: 8 * n * d * d
    case .convolution: Self.kernel * n * d * d
    }
  }

  /// Steps that must wait for one another.
  func sequentialSteps(_ n: Int) -> Int { self == .recurrent ? n : 1 }

  /// Layers, or steps, between the first token and the last; a stack of convolutions without gaps.
  func pathLength(_ n: Int) -> Int {
    switch self {
    case .attention: 1
    case .recurrent: n
    case .convolution: (n - 1 + Self.kernel - 2) / (Self.kernel - 1)
    }
  }

  /// A step of the layer on random inputs.
  func step(_ n: Int, _ d: Int) -> () -> Tensor {
    var random = RandomGenerator(seed: 1)
    func normal(_ shape: Shape, _ scale: Float) -> Tensor {
      Tensor((0..<shape.count).map { _ in scale * random.normal() }, shape: shape)
    }
    switch self {
    case .attention:
      let packed = normal([1, n, 3 * d], 1)
      return { scaledDotProductSelfAttention(packed, heads: max(1, d / 64)) }
    case .recurrent:
      let layer = LSTM(ParameterStore(seed: 1).scope, inputs: d, units: d)
      let x = normal([n, 1, d], 1)
      return { layer(x).output }
    case .convolution:
      let weight = normal([d, d, 1, Self.kernel], 1 / Float(Self.kernel * d).squareRoot())
      let x = normal([1, d, 1, n + Self.kernel - 1], 1)
      return { Tensors.convolution(x, weight: weight) }
    }
  }
}

/// What a layer takes.
struct LayerMeasurement {
  /// The table's growth.
  let law: Double
  /// Milliseconds of computation, and on the wall; the mean.
  let cpu: Double
  let wall: Double
  /// MiB at most above what was held before.
  let memory: Double

  init(_ kind: LayerKind, length n: Int, width d: Int, seconds: Double) {
    law = kind.law(n, d)
    let step = kind.step(n, d)
    func once() { withoutTape { _ = step().values[0] } }
    releaseUnusedMemory()
    let before = Usage.resetPeakKilobytes()
    once()
    memory = Double(max(0, Usage.peakKilobytes - before)) / 1024
    let start = Usage.now()
    var count = 0.0
    var spent = Usage(wall: 0, cpu: 0)
    while count < 3 || spent.wall < seconds {
      once()
      count += 1
      spent = Usage.now() - start
    }
    cpu = spent.cpu / count * 1e3
    wall = spent.wall / count * 1e3
  }
}
