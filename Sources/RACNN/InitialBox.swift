public import Tensors

/// The paper's own first boxes: the square with the largest summed response of the last
/// convolution, of half the parent's side in the paper.
///
/// They are what the APN is first taught, and where a network without one looks. The response is
/// the sum over the channels of the rectified map. A 4x4 or 7x7 map is interpolated to a fine grid
/// first, so that a box is not bound to whole cells; its sums come from an integral image.
public enum InitialBox {
  /// Cells of the fine grid a side.
  static let fineness = 64
  /// The half-side of the paper's boxes, a parent's side.
  public static let paperHalfSide: Float = 0.25

  /// `[N, C, h, w]` to boxes in units of the side of what the map shows; off the tape.
  ///
  /// - Parameter halfSide: of the boxes, a parent's side; at most a half.
  public static func boxes(for features: Tensor, halfSide: Float = paperHalfSide) -> Box {
    boxes(response: response(of: features), halfSide: halfSide)
  }

  /// The sum over the channels of rectified maps: `[N, C, h, w]` to `[N, h, w]`; off the tape.
  static func response(of features: Tensor) -> Tensor {
    withoutTape { features.detached.relu().sum([1]) }
  }

  /// `[N, h, w]`, how much each place tells, to boxes in units of the side; off the tape.
  static func boxes(response: Tensor, halfSide: Float) -> Box {
    let (count, height, width) = (response.shape[0], response.shape[1], response.shape[2])
    let response = response.values
    var values: [Float] = []
    values.reserveCapacity(3 * count)
    for index in 0..<count {
      let map = Array(response[index * height * width..<(index + 1) * height * width])
      let center = center(of: map, height: height, width: width, halfSide: halfSide)
      values += [center.x, center.y, halfSide]
    }
    return Box(Tensor(values, shape: [count, 3]))
  }

  /// The centre of the best square, in units of the side; equals go to the one nearest the middle.
  static func center(
    of map: [Float], height: Int, width: Int, halfSide: Float
  ) -> (x: Float, y: Float) {
    let side = fineness
    let window = max(1, min(side, Int((2 * halfSide * Float(side)).rounded())))
    let integral = integral(of: interpolated(map, height: height, width: width))
    let stride = side + 1
    var best = (sum: -Double.infinity, distance: Int.max, x: 0, y: 0)
    for y in 0...side - window {
      for x in 0...side - window {
        let sum =
          integral[(y + window) * stride + x + window] - integral[y * stride + x + window]
          - integral[(y + window) * stride + x] + integral[y * stride + x]
        let (dx, dy) = (2 * x + window - side, 2 * y + window - side)
        let distance = dx * dx + dy * dy
        // Sums of a flat map differ by rounding alone, which must not pick a corner.
        let slack = 1e-9 * abs(best.sum)
        if sum > best.sum + slack || (sum >= best.sum - slack && distance < best.distance) {
          best = (sum, distance, x, y)
        }
      }
    }
    let half = Float(window) / 2
    return ((Float(best.x) + half) / Float(side), (Float(best.y) + half) / Float(side))
  }

  /// The map on the fine grid, bilinear between the cells' middles, level outside of them.
  static func interpolated(_ map: [Float], height: Int, width: Int) -> [Double] {
    let columns = taps(width)
    return taps(height).flatMap { row in
      columns.map { column in
        let top = mix(map, row.low * width, column)
        return top + row.weight * (mix(map, row.high * width, column) - top)
      }
    }
  }

  private typealias Tap = (low: Int, high: Int, weight: Double)

  private static func mix(_ map: [Float], _ row: Int, _ tap: Tap) -> Double {
    let low = Double(map[row + tap.low])
    return low + tap.weight * (Double(map[row + tap.high]) - low)
  }

  private static func taps(_ cells: Int) -> [Tap] {
    (0..<fineness).map { index in
      let place = (Double(index) + 0.5) * Double(cells) / Double(fineness) - 0.5
      let clamped = min(max(place, 0), Double(cells - 1))
      let low = Int(clamped)
      return (low, min(low + 1, cells - 1), clamped - Double(low))
    }
  }

  /// `[side + 1, side + 1]`: the sum of everything above and to the left.
  private static func integral(of grid: [Double]) -> [Double] {
    let stride = fineness + 1
    var sums = [Double](repeating: 0, count: stride * stride)
    for y in 0..<fineness {
      var row = 0.0
      for x in 0..<fineness {
        row += grid[y * fineness + x]
        sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row
      }
    }
    return sums
  }
}
