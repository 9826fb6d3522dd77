/// How samples are weighed by their distance when a picture is resized.
public enum ResizeFilter: Hashable, Sendable {
  /// Falls to 0 at a distance of 1: bilinear.
  case triangle
  /// Of Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2;
  /// falls to 0 at a distance of 2.
  case cubic

  func callAsFunction(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .triangle: return max(0, 1 - x)
    case .cubic where x < 1: return (1.5 * x - 2.5) * x * x + 1
    case .cubic: return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }
  }
}

/// Resizing, antialiased where it shrinks, as Pillow's and PyTorch's `antialias=True`.
///
/// - Parameter input: [N, C, H, W].
/// - Returns: [N, C, height, width].
public func resized(
  _ input: Tensor, height: Int, width: Int, filter: ResizeFilter = .triangle
) -> Tensor {
  precondition(
    input.shape.rank == 4 && input.shape.count > 0 && height > 0 && width > 0,
    "resized: \(input.shape) to \(height) by \(width)")
  return input.resampled(
    rows: filter.weights(from: input.shape[2], to: height),
    columns: filter.weights(from: input.shape[3], to: width))
}

extension ResizeFilter {
  /// The weights [to, from]; the filter is as wide as the output's step, at least one cell.
  fileprivate func weights(from: Int, to: Int) -> Tensor {
    let scale = Double(from) / Double(to)
    let step = max(1, scale)
    return Tensor([to, from]) { weights in
      for i in 0..<to {
        let centre = scale * (Double(i) + 0.5)
        let line = (0..<from).map { self((Double($0) + 0.5 - centre) / step) }
        let sum = line.reduce(0, +)
        for j in 0..<from { weights[i * from + j] = Float(line[j] / sum) }
      }
    }
  }
}

extension Tensor {
  /// Each plane [H, W] as rows [H', H] times plane times columns [W', W] transposed.
  func resampled(rows: Tensor, columns: Tensor) -> Tensor {
    let (n, c) = (shape[0], shape[1])
    return rows.matrixProduct(
      reshaped([n * c, shape[2], shape[3]]).matrixProduct(columns, transposingRight: true)
    ).reshaped([n, c, rows.shape[0], columns.shape[0]])
  }
}

/// A square box of a picture behind a soft mask, zoomed to `size` by `size`, antialiased.
///
/// With S the side of the source, output column i looks at the place
/// `c = S (tx - tl) + 2 S tl (i + 1/2) / size` through a triangle filter of radius
/// `r = max(1, 2 S tl / size)`: source column j weighs `max(0, 1 - |j + 1/2 - c| / r)`, the weights
/// made to sum to 1, times the mask `h(x - (tx - tl)) - h(x - (tx + tl))` at `x = (j + 1/2) / S`,
/// where `h(z) = 1 / (1 + exp(-edge z))`. Rows alike, with ty. The gradient is exact, to the source
/// and to the box.
///
/// Source: the mask is equation 3 of Fu, Zheng, Mei, "Look Closer to See Better", 2017; the filter
/// is that of Pillow's `resize` with a box.
///
/// - Parameters:
///   - source: [N, C, S, S].
///   - box: [N, 3]: centre tx, ty and half-side tl, in units of the source's side.
///   - size: the output's side in pixels.
///   - edge: how sharp the mask's edge is, per side of the source; nil means no mask.
/// - Returns: [N, C, size, size].
public func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor {
  precondition(
    source.shape.rank == 4 && source.shape[2] == source.shape[3] && source.shape[2] > 0
      && box.shape == [source.shape[0], 3] && size > 0,
    "sampleBox: the source \(source.shape) and the box \(box.shape), to \(size)")
  precondition(edge.map { $0 > 0 } ?? true, "sampleBox: an edge of \(edge ?? 0)")
  let (x, t) = (source.plain, box.plain)
  let (wantsSource, wantsBox) = (source.wantsGradient, box.wantsGradient)
  return Kernels.current.sampleBox(x, t, size: size, edge: edge)
    .recorded(from: [source, box]) { dy in
      let gradient = Kernels.current.sampleBoxGradient(
        x, t, dy, edge: edge, wantsSource: wantsSource, wantsBox: wantsBox)
      return [gradient.source, gradient.box]
    }
}
