internal import Images

/// Tries each photo before a training begins: one that cannot be decoded must change neither the
/// splits nor the order of the others, so it has to be known from the start.
struct PhotoCheck {
  /// The side of the sources that training will decode to.
  let sourceSize: Int
  /// What is wrong with the photos that failed, in their order.
  private(set) var problems: [ImageError] = []

  init(sourceSize: Int) {
    self.sourceSize = sourceSize
  }

  /// Whether the photo at `path` can be decoded; what is wrong is kept.
  mutating func passes(_ path: String) -> Bool {
    do {
      _ = try Photo(contentsOf: path, minimumSide: sourceSize)
      return true
    } catch {
      problems.append(error)
      return false
    }
  }
}
