public import Images

/// A photo of a data set and what is known of it.
public struct Sample: Sendable, Hashable {
  /// The photo's path, relative to the root of the data set.
  public let path: String
  /// The photo's class, an index into `ImageDataset.classNames`.
  public let label: Int
  /// Where the subject is, in pixels of the upright photo: for scoring only, never for training.
  public let box: Rectangle?

  /// Makes a sample from its parts.
  public init(path: String, label: Int, box: Rectangle? = nil) {
    self.path = path
    self.label = label
    self.box = box
  }
}
