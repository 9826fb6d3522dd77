import ArgumentParser
import Tensors

/// Measures speed and memory, one piece of work a subcommand; without one, RA-CNN itself.
@main
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "racnn-benchmark",
    abstract: "Measure CPU seconds and peak memory.",
    discussion: """
      EXAMPLE:
        racnn-benchmark train efficientnet_lite0 4 5 --freeze-bn
        racnn-benchmark attention 4096
        racnn-benchmark backbone vit_tiny_patch16_224 8 5
        racnn-benchmark sentences weights/all-MiniLM-L6-v2
        racnn-benchmark layers --output layers.svg
        racnn-benchmark norms
      """,
    subcommands: [
      NetworkBenchmark.self, AttentionBenchmark.self, BackboneBenchmark.self,
      SentencesBenchmark.self, LayersBenchmark.self, NormsBenchmark.self,
    ],
    defaultSubcommand: NetworkBenchmark.self)

  static func main() {
    restartWithBriefWaits()
    main(nil)
  }
}
