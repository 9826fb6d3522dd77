import Glibc
import Synchronization

/// Ctrl-C, asked for politely: the first one is remembered, a second one ends the process.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  /// Ctrl-C, a request to end, and the end of the terminal.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Starts to remember an interrupt or a request to end.
  static func watch() {
    // The flag is made here: a signal handler must not be the first to touch it.
    received.store(0, ordering: .relaxed)
    // A parent that starts us from a thread with blocked signals (libdispatch's) hands those on.
    var awaited = sigset_t()
    sigemptyset(&awaited)
    for number in signals {
      // What ignores the end of its terminal, as under nohup, goes on so.
      var before = sigaction()
      if number == SIGHUP, sigaction(number, nil, &before) == 0,
        unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
      {
        continue
      }
      sigaddset(&awaited, number)
      signal(number) { number in
        Interruption.received.store(number, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &awaited, nil)
  }

  /// Whether the user has asked to stop.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// What a shell expects of a process that such a signal ended: 130 after Ctrl-C.
  static var exitCode: Int32 { 128 + received.load(ordering: .relaxed) }
}
