import Glibc
import Synchronization
import Tensors
import Testing

private let stackStart = Atomic<UInt>(0)
private let stackEnd = Atomic<UInt>(0)
private let handled = Atomic<Int>(0)
private let strayed = Atomic<Int>(0)
private let isOver = Atomic<Bool>(false)

/// What a host's signal handlers do while oneDNN computes: generated code has other things than a stack
/// at the stack pointer, which a handler's frame would overwrite.
@Suite(.serialized) struct SignalTests {
  @Test func handlersRunOnTheStackWhateverIsComputed() throws {
    // Stacks grow downwards, and what computes here goes no deeper than a part of this.
    var top: UInt8 = 0
    let end = withUnsafeMutablePointer(to: &top) { UInt(bitPattern: $0) }
    stackStart.store(end - (1 << 20), ordering: .relaxed)
    stackEnd.store(end, ordering: .relaxed)
    // A handler must not be the first to touch what it counts with.
    handled.store(0, ordering: .relaxed)
    strayed.store(0, ordering: .relaxed)
    let before = signal(SIGUSR2) { _ in
      var here: UInt8 = 0
      let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
      let isOnStack =
        address >= stackStart.load(ordering: .relaxed)
        && address < stackEnd.load(ordering: .relaxed)
      handled.add(1, ordering: .relaxed)
      if !isOnStack { strayed.add(1, ordering: .relaxed) }
    }
    // Tests run on threads that take no signals.
    var wanted = sigset_t()
    var mask = sigset_t()
    sigemptyset(&wanted)
    sigaddset(&wanted, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &wanted, &mask)
    // This one thread: a signal to the process would go to any that takes it.
    let target = UnsafeMutablePointer<pthread_t>.allocate(capacity: 1)
    defer { target.deallocate() }
    target.initialize(to: pthread_self())
    var sender = pthread_t()
    let made = pthread_create(
      &sender, nil,
      { context in
        let target = context?.load(as: pthread_t.self) ?? 0
        while !isOver.load(ordering: .relaxed) {
          pthread_kill(target, SIGUSR2)
          usleep(100)
        }
        return nil
      }, target)
    try #require(made == 0)

    var generator = RandomGenerator(seed: 1)
    func random(_ shape: Shape) -> Tensor {
      Tensor((0..<shape.count).map { _ in generator.normal() }, shape: shape)
    }
    let (a, b) = (random([28, 3840]), random([3840, 8]))
    let (x, w) = (random([2, 32, 12, 12]), random([48, 32, 3, 3]))
    let (product, map) = (a.matrixProduct(b), convolution(x, weight: w, stride: 2))
    for _ in 0..<2000 {
      #expect(a.matrixProduct(b).values == product.values)
      #expect(convolution(x, weight: w, stride: 2).values == map.values)
    }
    isOver.store(true, ordering: .relaxed)
    pthread_join(sender, nil)
    pthread_sigmask(SIG_SETMASK, &mask, nil)
    signal(SIGUSR2, before)
    #expect(handled.load(ordering: .relaxed) > 100)
    #expect(strayed.load(ordering: .relaxed) == 0)
  }
}
