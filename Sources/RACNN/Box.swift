public import Tensors

/// Squares in a picture, one a photo: where to look.
///
/// The unit is the side of the picture, and the third value is half the side of the square, so the
/// whole picture is `(0.5, 0.5, 0.5)`.
public struct Box {
  /// `[N, 3]`: the centre's x and y, and the half-side (tx, ty, tl in the paper).
  public let values: Tensor

  /// Makes boxes from `[N, 3]` values.
  public init(_ values: Tensor) {
    precondition(
      values.shape.rank == 2 && values.shape[1] == 3, "Box: needs [N, 3], not \(values.shape)")
    self.values = values
  }

  /// The whole picture, for each of `count` photos.
  public static func whole(count: Int) -> Box { centered(count: count, halfSide: 0.5) }

  /// A square in the middle of the picture, for each of `count` photos.
  public static func centered(count: Int, halfSide: Float) -> Box {
    let row = [0.5, 0.5, halfSide]
    return Box(Tensor((0..<count).flatMap { _ in row }, shape: [count, 3]))
  }

  /// The boxes that stand within these: `child` is in units of this box's side.
  public func zoomed(into child: Box) -> Box {
    let center = values.sliced(0..<2, axis: 1)
    let half = values.sliced(2..<3, axis: 1)
    let childCenter = child.values.sliced(0..<2, axis: 1)
    let childHalf = child.values.sliced(2..<3, axis: 1)
    return Box(
      concatenated([center - half + half * 2 * childCenter, half * 2 * childHalf], axis: 1))
  }

  /// Whether each is the whole picture, and nothing will move it.
  var isWhole: Bool {
    !values.requiresGradient && values.withValues { $0.allSatisfy { $0 == 0.5 } }
  }

  /// The same boxes off the tape.
  public func detached() -> Box { Box(values.detached) }
}
