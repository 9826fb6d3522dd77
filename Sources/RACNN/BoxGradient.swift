internal import Glibc
internal import Tensors

/// What tells a box where to move.
public enum BoxGradient: String, Codable, CaseIterable, Sendable {
  /// The derivative of the crop to the box, through mask and zoom.
  case exact
  /// That of the Caffe layer which the paper's authors released: the crop is hard, and the box moves
  /// as a mask would that covers places by how much the loss depends on them.
  case surrogate
}

extension Tensor {
  /// A crop `[N, C, s, s]` of `box [N, 3]` without a mask, whose gradient to the box is the surrogate.
  ///
  /// With m(p) the sum over the channels of the squared gradient at place p, as a share of that of
  /// the whole crop, it is minus the sum over p of m(p) times the mask's derivative there. The
  /// released layer does not divide by the whole: its own rate makes up for that.
  ///
  /// - Parameter sharpness: k of that mask, a side of the source.
  func movingBoxBySurrogate(_ box: Tensor, sharpness: Float) -> Tensor {
    let boxes = box.values
    return recorded(from: [self, box]) { dy in
      let shape = dy.shape
      let (channels, side) = (shape[1], shape[2])
      let slopes = dy.values
      var gradient = [Float](repeating: 0, count: boxes.count)
      for n in 0..<shape[0] {
        let mask = MaskSlope(halfSide: boxes[3 * n + 2], sharpness: sharpness, side: side)
        var (whole, sums): (Float, (x: Float, y: Float, half: Float)) = (0, (0, 0, 0))
        for row in 0..<side {
          for column in 0..<side {
            var weight: Float = 0
            for channel in 0..<channels {
              let slope = slopes[((n * channels + channel) * side + row) * side + column]
              weight += slope * slope
            }
            whole += weight
            sums.x += weight * mask.byCenter[column] * mask.value[row]
            sums.y += weight * mask.value[column] * mask.byCenter[row]
            sums.half +=
              weight
              * (mask.byHalfSide[column] * mask.value[row]
                + mask.value[column] * mask.byHalfSide[row])
          }
        }
        guard whole > 0 else { continue }
        gradient[3 * n] = -sums.x / whole
        gradient[3 * n + 1] = -sums.y / whole
        gradient[3 * n + 2] = -sums.half / whole
      }
      return [dy, Tensor(gradient, shape: [shape[0], 3])]
    }
  }
}

/// The mask along one axis of a crop, `h(x - (tx - tl)) - h(x - (tx + tl))`, and its derivatives to tx
/// and tl, at the middle of each pixel.
private struct MaskSlope {
  private(set) var value: [Float] = []
  private(set) var byCenter: [Float] = []
  private(set) var byHalfSide: [Float] = []

  init(halfSide: Float, sharpness: Float, side: Int) {
    for index in 0..<side {
      let place = (Float(index) + 0.5) / Float(side)
      let rise = logistic(sharpness * 2 * halfSide * place)
      let fall = logistic(sharpness * 2 * halfSide * (place - 1))
      let (riseSlope, fallSlope) = (rise * (1 - rise), fall * (1 - fall))
      value.append(rise - fall)
      byCenter.append(sharpness * (fallSlope - riseSlope))
      byHalfSide.append(sharpness * (fallSlope + riseSlope))
    }
  }
}

private func logistic(_ z: Float) -> Float { 1 / (1 + expf(-z)) }
