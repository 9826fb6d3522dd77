import CMachine
import Tensors

/// What one core can do at most, as measured.
struct Machine {
  /// Floating-point operations a second.
  let peak = machine_peak()
  /// Bytes a second.
  let bandwidth = machine_bandwidth()
}

/// A table of the kernels that ran, those that took longest first.
struct Profile {
  let timings: [KernelTiming]
  /// Seconds of all that was profiled, kernels or not.
  let seconds: Double
  let machine: Machine
  let threads: Int

  /// Prints shares of what `threads` cores can do at most.
  func show() {
    let (peak, bandwidth) = (
      machine.peak * Double(threads), machine.bandwidth * Double(threads)
    )
    print(
      "one core: \(fixed(machine.peak / 1e9)) GFLOP/s, \(fixed(machine.bandwidth / 1e9)) GB/s; "
        + "shares are of \(threads)")
    print("    ms   share  calls  GFLOP/s  peak      MB  bandwidth  kernel")
    for timing in timings.sorted(by: { $0.seconds > $1.seconds }) {
      let rate = timing.operations / timing.seconds
      let traffic = timing.bytes / timing.seconds
      print(
        right(fixed(timing.seconds * 1e3), 9), percent(timing.seconds / seconds),
        right("\(timing.calls)", 6), right(fixed(rate / 1e9), 9), percent(rate / peak),
        right("\(Int(timing.bytes / 1e6))", 7), percent(traffic / bandwidth),
        "    \(timing.kernel) \(timing.problem)")
    }
    let kernels = timings.reduce(0) { $0 + $1.seconds }
    print(
      right(fixed((seconds - kernels) * 1e3), 9), percent(1 - kernels / seconds),
      "  not in kernels, of \(fixed(seconds * 1e3)) ms")
  }

  private func percent(_ share: Double) -> String {
    right("\(Int((share * 1000).rounded()) / 10).\(abs(Int((share * 1000).rounded())) % 10) %", 8)
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
