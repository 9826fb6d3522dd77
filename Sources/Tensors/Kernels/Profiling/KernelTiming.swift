/// What the calls of one kernel on one problem took.
public struct KernelTiming: Hashable, Sendable {
  /// The kernel, as `convolution`.
  public let kernel: String
  /// The sizes that it worked on.
  public let problem: String
  /// How often it was called.
  public internal(set) var calls = 0
  /// Seconds on the wall of all calls.
  public internal(set) var seconds = 0.0
  /// Floating-point operations of all calls as the operator is defined: a product and its sum are
  /// two. What a method saves (Winograd's needs a quarter) is not taken off.
  public internal(set) var operations = 0.0
  /// Bytes of all inputs and outputs of all calls, each counted once.
  public internal(set) var bytes = 0.0
}

extension Kernels {
  /// Calls a closure and tells what the kernels did in it, in the order of their first calls.
  ///
  /// Operators in plain Swift are no kernels: their time is that of the closure less the sum.
  public static func profiling<R>(
    _ body: () throws -> R
  ) rethrows -> (result: R, timings: [KernelTiming]) {
    let log = KernelLog()
    let result = try $current.withValue(
      ProfilingKernels(base: current, log: log), operation: body)
    return (result, log.timings)
  }
}
