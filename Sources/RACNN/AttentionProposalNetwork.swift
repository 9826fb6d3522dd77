internal import Glibc
public import NeuralNetworks
public import Tensors

/// The attention proposal network (APN): a feature map to the box that is worth a closer look.
///
/// Two fully connected layers, tanh and sigmoid, as in the paper. The box lies inside its parent by
/// construction, for a clamp has no gradient: in units of the parent's side,
/// `tl = 1/6 + (1/2 - 1/6) * v3` and `tx = tl + (1 - 2 tl) * v1`, the same for ty.
/// Maps larger than 7x7 are pooled to that first, so that the layers' size does not depend on the
/// input's.
public struct AttentionProposalNetwork {
  /// The side of the grid that a feature map is pooled to at most.
  public static let largestGrid = 7

  private let hidden: Linear
  private let out: Linear
  private let grid: Int

  /// Declares the layers `hidden` and `out` in `scope`.
  ///
  /// - Parameters:
  ///   - channels: Channels of the feature map.
  ///   - side: The feature map's side.
  ///   - width: Units of the hidden layer; 1024 in the paper.
  ///   - halfSide: Of the box that it proposes at first, a parent's side, above 1/6 and below 1/2.
  public init(
    _ scope: ParameterScope, channels: Int, side: Int, width: Int,
    halfSide: Float = InitialBox.paperHalfSide
  ) {
    grid = min(side, AttentionProposalNetwork.largestGrid)
    hidden = Linear(scope("hidden"), inputs: channels * grid * grid, outputs: width)
    out = Linear(scope("out"), inputs: width, outputs: 3)
    // It begins at the centred box of about the size that it is taught first. Begun at random, half
    // of the boxes start near the greatest or the least size, where the sigmoid hardly learns.
    let share = Double((halfSide - 1 / 6) * 3)
    out.bias?.value = Tensor([0, 0, Float(log(share / (1 - share)))], shape: [3])
  }

  /// `[N, C, h, w]` to boxes in units of the side of what the map shows.
  public func callAsFunction(_ features: Tensor) -> Box {
    let shape = features.shape
    let pooled = adaptiveAveragePool(features, size: grid)
      .reshaped([shape[0], shape[1] * grid * grid])
    let value = out(hidden(pooled).tanh()).sigmoid()
    let half = value.sliced(2..<3, axis: 1) * Float(1.0 / 3) + Float(1.0 / 6)
    let center = half + (1 - 2 * half) * value.sliced(0..<2, axis: 1)
    return Box(concatenated([center, half], axis: 1))
  }
}
