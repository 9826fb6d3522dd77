import Dispatch
import Synchronization

/// Makes numbered products in order of demand on a few threads, a few ahead of their taker.
///
/// Threads never wait: one that finds nothing to make ends, and taking a product starts it again.
/// So giving up needs no more than a flag, and leaves nothing behind.
final class Prefetcher<Product: Sendable>: Sendable {
  /// Makes the product of a number; may return nil once the function that it is given says that
  /// nobody wants it any more.
  typealias Make = @Sendable (Int, () -> Bool) throws -> Product?

  private struct State {
    /// The number that is made next, and the one that is taken next.
    var making: Int
    var taking: Int
    let end: Int
    var workers = 0
    var isCancelled = false
    var made: [Int: Result<Product, any Error>] = [:]
  }

  private let state: Mutex<State>
  /// Is signalled once for each product.
  private let progress = DispatchSemaphore(value: 0)
  private let threads: Int
  private let make: Make

  init(range: Range<Int>, threads: Int, make: @escaping Make) {
    state = Mutex(State(making: range.lowerBound, taking: range.lowerBound, end: range.upperBound))
    self.threads = threads
    self.make = make
  }

  /// Begins to make products.
  func start() {
    let missing = state.withLock { state in
      let ahead = state.taking + threads + 1
      let wanted = state.isCancelled ? 0 : min(ahead, state.end) - state.making
      let missing = max(0, min(wanted, threads - state.workers))
      state.workers += missing
      return missing
    }
    for _ in 0..<missing {
      // A serial queue of its own gets a thread whatever else the process is busy with; the
      // global queues have one a core, which those who wait for products may be blocking.
      DispatchQueue(label: "prefetch").async { self.work() }
    }
  }

  /// Gives up what is not taken yet.
  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.made = [:]
    }
  }

  /// The next product, waited for; nil after the last.
  func take() throws -> Product? {
    while true {
      let (isOver, result) = state.withLock { state in
        guard !state.isCancelled, state.taking < state.end else {
          return (true, Result<Product, any Error>?.none)
        }
        let result = state.made.removeValue(forKey: state.taking)
        if result != nil { state.taking += 1 }
        return (false, result)
      }
      if isOver { return nil }
      guard let result else {
        progress.wait()
        continue
      }
      if case .failure = result { cancel() }
      start()
      return try result.get()
    }
  }

  private func work() {
    while let number = claim() {
      let result = Result { try make(number) { self.state.withLock { $0.isCancelled } } }
      state.withLock { state in
        guard !state.isCancelled else { return }
        switch result {
        case .success(let product?):
          state.made[number] = .success(product)
        case .success(nil):
          preconditionFailure("Prefetcher: a wanted product was given up")
        case .failure(let error):
          state.made[number] = .failure(error)
          // What comes after an error is never taken.
          state.making = state.end
        }
      }
      progress.signal()
    }
  }

  /// A number to make, or nil when the worker is to end.
  private func claim() -> Int? {
    state.withLock { state in
      guard !state.isCancelled, state.making < min(state.taking + threads + 1, state.end) else {
        state.workers -= 1
        return nil
      }
      state.making += 1
      return state.making - 1
    }
  }
}
