import Glibc

/// What is known of the terminal at the other end, if there is one.
enum Terminal {
  /// Whether standard output is a terminal that shows colours and whose user wants them
  /// (https://no-color.org).
  static var showsColor: Bool {
    guard isatty(STDOUT_FILENO) == 1, (variable("NO_COLOR") ?? "").isEmpty else { return false }
    return variable("TERM") ?? "dumb" != "dumb"
  }

  /// Whether a line on standard error can be overwritten.
  static var showsProgress: Bool {
    isatty(STDERR_FILENO) == 1 && variable("TERM") ?? "dumb" != "dumb"
  }

  /// Characters a line; 80 where the terminal does not say.
  static var columns: Int {
    var size = winsize()
    for stream in [STDOUT_FILENO, STDERR_FILENO]
    where ioctl(stream, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return 80
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
