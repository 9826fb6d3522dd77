import RACNN
import Tensors
import Testing

@Suite struct BootstrapTests {
  private func bootstrap(_ count: Int) -> Bootstrap {
    Bootstrap(count: count, generator: RandomGenerator(seed: 1))
  }

  /// Of 400 photos, 300 right: two standard errors are 4.3 points.
  @Test func intervalIsThatOfAShare() {
    let values = (0..<400).map { $0 % 4 == 0 ? 0 : 1 }
    let found = bootstrap(400).interval(values, of: 0...1)
    #expect(found.value == 0.75)
    #expect(abs(found.low - 0.7075) < 0.006 && abs(found.high - 0.7925) < 0.006)
  }

  /// The bounds of Clopper and Pearson: of 18, all right, 81.5 % at least; of 100 none, 3.6 at most.
  @Test func photosThatAreAllAlikeLeaveDoubt() {
    let all = bootstrap(18).interval([Int](repeating: 1, count: 18), of: 0...1)
    #expect(all.value == 1 && all.high == 1 && abs(all.low - 0.8147) < 1e-4)
    let none = bootstrap(100).interval([Int](repeating: 0, count: 100), of: 0...1)
    #expect(none.value == 0 && none.low == 0 && abs(none.high - 0.0362) < 1e-4)
    let same = bootstrap(100).interval([Int](repeating: 0, count: 100), of: -1...1)
    #expect(same.value == 0 && same.low == -same.high && same.high == none.high)
  }
}
