import Glibc

/// One line on standard error that is overwritten as work goes on; silent where there is no
/// terminal.
struct ProgressLine {
  private let isShown = Terminal.showsProgress
  private var isDirty = false
  private var last: ContinuousClock.Instant?

  /// Shows `text` in place of what stood there, at most ten times a second.
  mutating func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let last, now - last < .milliseconds(100) { return }
    last = now
    let line = Console.inOneLine(text()).prefix(max(1, Terminal.columns - 1))
    isDirty = Console.write("\r\(line)\u{1b}[K", to: STDERR_FILENO)
  }

  /// Removes the line, before another one is printed.
  mutating func clear() {
    guard isDirty else { return }
    _ = Console.write("\r\u{1b}[K", to: STDERR_FILENO)
    isDirty = false
    last = nil
  }
}
