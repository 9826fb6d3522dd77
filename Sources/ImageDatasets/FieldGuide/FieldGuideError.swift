/// Why a field guide is not drawn.
public enum FieldGuideError: Error, Hashable, Sendable {
  /// The folder holds something else, which is left alone.
  case notAFieldGuide(folder: String)
  /// The folder cannot be made or read; `reason` is the system's.
  case unusableFolder(folder: String, reason: String)
  /// A number is outside of what can be drawn.
  case outOfRange(name: String, value: Int, range: ClosedRange<Int>)
}

extension FieldGuideError: CustomStringConvertible {
  /// What is wrong and what helps, in one line.
  public var description: String {
    switch self {
    case .notAFieldGuide(let folder):
      "cannot draw a field guide into \(folder): it holds other files; name a new or empty folder"
    case .unusableFolder(let folder, let reason):
      "cannot draw a field guide into \(folder): \(reason)"
    case .outOfRange(let name, let value, let range):
      "cannot draw a field guide with \(name) \(value): give "
        + "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}
