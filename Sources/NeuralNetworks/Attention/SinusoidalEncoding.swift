internal import Glibc
public import Tensors

/// Sines and cosines that tell a layer without order where each token stands.
///
/// `PE(t, 2i) = sin(t / 10000^(2i / D))` and `PE(t, 2i + 1) = cos(t / 10000^(2i / D))`: Vaswani et
/// al., "Attention Is All You Need", NeurIPS 2017, section 3.5. A shift of t is a rotation of each
/// pair, the same wherever it starts. The options are those of the implementation by Kyubyong Park
/// (`positional_encoding`, 2017).
public struct SinusoidalEncoding: Hashable, Sendable {
  /// D, the number of values a position.
  public let width: Int
  /// Whether the first row is zeros, for a padding token that stands there.
  public let zeroPad: Bool
  /// Whether the values are multiplied by the square root of the width.
  public let scale: Bool

  /// Chooses the encoding; a width below 1 traps.
  public init(width: Int, zeroPad: Bool = false, scale: Bool = false) {
    precondition(width > 0, "SinusoidalEncoding: a width of \(width)")
    self.width = width
    self.zeroPad = zeroPad
    self.scale = scale
  }

  /// The rows of `length` positions from `start` on, `[length, D]`.
  public func table(length: Int, from start: Int = 0) -> Tensor {
    precondition(length >= 0 && start >= 0, "SinusoidalEncoding: \(length) rows from \(start)")
    let factor = scale ? Double(width).squareRoot() : 1
    return Tensor(
      (start..<start + length).flatMap { position -> [Float] in
        if zeroPad, position == 0 { return Array(repeating: 0, count: width) }
        return waves(at: position, width: width).map { Float(factor * $0) }
      }, shape: [length, width])
  }

  /// `x [..., T, D]` with the rows of its T positions added; the first has the number `start`.
  public func callAsFunction(_ x: Tensor, from start: Int = 0) -> Tensor {
    precondition(
      x.shape.rank >= 2 && x.shape[-1] == width, "SinusoidalEncoding: \(x.shape) for \(width)")
    return x + table(length: x.shape[-2], from: start)
  }
}

/// Sines and cosines that tell where each cell of a feature map lies: the first half of the channels
/// encodes the column, the second the row, each as `SinusoidalEncoding` does.
///
/// Source: Parmar et al., "Image Transformer", ICML 2018.
public struct SinusoidalEncoding2D: Hashable, Sendable {
  /// C, a multiple of 4.
  public let channels: Int

  /// Chooses the encoding; channels that are no multiple of 4 trap.
  public init(channels: Int) {
    precondition(
      channels > 0 && channels % 4 == 0,
      "SinusoidalEncoding2D: \(channels) channels are no multiple of 4")
    self.channels = channels
  }

  /// The values of a map of `height` rows and `width` columns, `[C, H, W]`.
  public func table(height: Int, width: Int) -> Tensor {
    let half = channels / 2
    let (columns, rows) = (
      (0..<width).map { waves(at: $0, width: half) },
      (0..<height).map { waves(at: $0, width: half) }
    )
    return Tensor(
      (0..<channels).flatMap { channel in
        (0..<height).flatMap { y in
          (0..<width).map { x in
            Float(channel < half ? columns[x][channel] : rows[y][channel - half])
          }
        }
      }, shape: [channels, height, width])
  }

  /// `x [N, C, H, W]` with the values of its cells added.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.rank == 4 && x.shape[1] == channels, "SinusoidalEncoding2D: \(x.shape), \(channels)")
    return x + table(height: x.shape[2], width: x.shape[3])
  }
}

/// The waves of a position: sine and cosine in turn, each pair slower than the one before.
private func waves(at position: Int, width: Int) -> [Double] {
  (0..<width).map { column in
    let angle = Double(position) / pow(10_000, Double(column / 2 * 2) / Double(width))
    return column % 2 == 0 ? sin(angle) : cos(angle)
  }
}
