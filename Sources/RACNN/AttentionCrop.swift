public import Tensors

/// Looks at a box of the source through the paper's mask and zooms it to a scale's input size.
///
/// The mask is `M(x, y) = [h(x - (tx - tl)) - h(x - (tx + tl))] * [the same for y]` with
/// `h(z) = 1 / (1 + exp(-k z))`; its slope at the border is what tells the box where to move.
public struct AttentionCrop: Hashable, Sendable {
  /// The side of the zoomed crop in pixels.
  public let size: Int
  /// k, a side of the source; nil is a hard crop, and then only the zoom carries a gradient.
  public let sharpness: Float?
  /// What tells the box where to move.
  public let gradient: BoxGradient

  /// The crop that scale `index` (0 is the whole source) takes.
  ///
  /// - Parameter sharpness: k in units of the parent's side. As boxes halve the side about once a
  ///   scale, k doubles with each so that the mask looks alike in every crop; scale 1 has no mask.
  public init(
    size: Int, scale index: Int, sharpness: Float?, gradient: BoxGradient = .exact
  ) {
    self.size = size
    self.gradient = gradient
    self.sharpness = index == 0 ? nil : sharpness.map { $0 * Float(1 << (index - 1)) }
  }

  /// `[N, C, S, S]` and its boxes to `[N, C, size, size]`.
  public func callAsFunction(_ source: Tensor, _ box: Box) -> Tensor {
    // All of it at its own size is the source itself.
    if sharpness == nil, source.shape[2] == size, box.isWhole { return source }
    guard gradient == .surrogate, let sharpness else {
      return sampleBox(source, box.values, size: size, edge: sharpness)
    }
    return sampleBox(source, box.detached().values, size: size, edge: nil)
      .movingBoxBySurrogate(box.values, sharpness: sharpness)
  }
}
