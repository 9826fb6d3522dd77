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

  /// Forgets the most memory that was in use until now; what is in use, in KiB.
  static func resetPeakKilobytes() -> Int {
    if let file = fopen("/proc/self/clear_refs", "w") {
      fputs("5", file)
      fclose(file)
    }
    return peakKilobytes
  }

  /// The most memory that was in use since `resetPeakKilobytes`, in KiB.
  static var peakKilobytes: Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let fields = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
      )
      .split { $0 == " " || $0 == "\t" }
      if fields.count > 1, fields[0] == "VmHWM:" { return Int(fields[1]) ?? 0 }
    }
    return 0
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// `value` with three decimals, in any locale.
func fixed(_ value: Double, digits: Int = 3) -> String {
  let unit = (0..<digits).reduce(1) { power, _ in 10 * power }
  let parts = Int((value * Double(unit)).rounded())
  let decimals = String(parts % unit)
  return "\(parts / unit)." + String(repeating: "0", count: digits - decimals.count) + decimals
}
