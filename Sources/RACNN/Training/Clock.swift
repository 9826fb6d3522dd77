internal import Glibc

/// Seconds, for reports.
enum Clock {
  /// Since some fixed moment.
  static var wall: Double { read(CLOCK_MONOTONIC) }
  /// Of computation by all threads of this process.
  static var cpu: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
