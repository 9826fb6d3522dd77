import Glibc

/// What this process has used up.
struct Usage {
  /// Seconds on the wall.
  var wall: Double
  /// Seconds of computation by all threads.
  var cpu: Double

  /// Until now.
  static func now() -> Usage {
    Usage(wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func - (later: Usage, earlier: Usage) -> Usage {
    Usage(wall: later.wall - earlier.wall, cpu: later.cpu - earlier.cpu)
  }

  /// The most memory that was in use, in MiB.
  static var peakMegabytes: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return (usage.ru_maxrss + 512) / 1024
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// `value` with three decimals, in any locale.
func fixed(_ value: Double) -> String {
  let thousandths = Int((value * 1000).rounded())
  let decimals = String(thousandths % 1000)
  return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - decimals.count) + decimals
}
