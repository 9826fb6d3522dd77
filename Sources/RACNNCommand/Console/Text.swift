/// Text as people and shells want it.
package enum Text {
  /// `argument` as one word of a POSIX shell.
  package static func shellQuoted(_ argument: String) -> String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:,@%="
    if !argument.isEmpty && argument.allSatisfy(plain.contains) { return argument }
    let parts = argument.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }

  /// A command line of `words`, each quoted where it must be.
  package static func commandLine(_ words: [String]) -> String {
    words.map(shellQuoted).joined(separator: " ")
  }

  /// `value` with `digits` decimals, in any locale; `-` for one that is not finite.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "-" }
    let unit = (0..<digits).reduce(1) { power, _ in power * 10 }
    let scaled = (abs(value) * Double(unit)).rounded()
    let (whole, fraction) = Int(scaled).quotientAndRemainder(dividingBy: unit)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let decimals = String(fraction)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - decimals.count) + decimals
  }

  /// A fraction as a percentage with one decimal.
  package static func percent(_ fraction: Double) -> String { fixed(100 * fraction, 1) + " %" }

  /// A duration in the two units that matter: `48 s`, `12 min 05 s`, `3 h 20 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "-" }
    let total = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    if hours > 0 { return "\(hours) h \(twoDigits(minutes)) min" }
    return minutes > 0 ? "\(minutes) min \(twoDigits(rest)) s" : "\(rest) s"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  /// `rows` in columns of equal width, two spaces apart; the first one left, the others right.
  package static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }
}
