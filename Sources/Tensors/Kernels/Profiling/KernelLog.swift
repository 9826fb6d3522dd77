import Synchronization

/// Timings by kernel and problem.
final class KernelLog: Sendable {
  private struct Key: Hashable {
    let kernel: String
    let problem: String
  }
  private struct State {
    var places: [Key: Int] = [:]
    var timings: [KernelTiming] = []
    /// Of the kernels that the one that runs has called.
    var nestedSeconds = 0.0
  }
  private let state = Mutex(State())

  var timings: [KernelTiming] { state.withLock { $0.timings } }

  /// Times a closure, without what it spends in others that are timed.
  func measure<R>(
    _ kernel: String, _ problem: String, operations: Int, floats: Int, _ body: () -> R
  ) -> R {
    let clock = ContinuousClock()
    let nestedBefore = state.withLock { state in
      defer { state.nestedSeconds = 0 }
      return state.nestedSeconds
    }
    let start = clock.now
    let result = body()
    let seconds = (clock.now - start) / Duration.seconds(1)
    state.withLock { state in
      let key = Key(kernel: kernel, problem: problem)
      let place = state.places[key] ?? state.timings.count
      if place == state.timings.count {
        state.places[key] = place
        state.timings.append(KernelTiming(kernel: kernel, problem: problem))
      }
      state.timings[place].calls += 1
      state.timings[place].seconds += seconds - state.nestedSeconds
      state.nestedSeconds = nestedBefore + seconds
      state.timings[place].operations += Double(operations)
      state.timings[place].bytes += Double(floats * MemoryLayout<Float>.stride)
    }
    return result
  }
}
