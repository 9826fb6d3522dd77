public import Tensors

/// Photos that are taken through the network together.
public struct ImageBatch: Sendable {
  /// The normalised sources, `[N, 3, S, S]` row by row.
  public let values: [Float]
  /// The sources' side S in pixels.
  public let sourceSize: Int
  /// The photos' classes.
  public let labels: [Int]
  /// The photos' places in the loader's list of samples.
  public let indices: [Int]
  /// The upright photos' sizes in pixels.
  public let photoSizes: [(width: Int, height: Int)]
  /// The places in that list of photos whose files lack their end marker; see `Photo.lacksEnd`.
  public let unended: [Int]

  /// How many photos there are.
  public var count: Int { labels.count }

  /// The sources as a tensor of shape `[N, 3, S, S]`.
  public func tensor() -> Tensor {
    Tensor(values, shape: [count, 3, sourceSize, sourceSize])
  }
}
