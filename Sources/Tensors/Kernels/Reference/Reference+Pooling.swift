extension KernelSet {
  func maxPool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    let x = x.plain
    return Tensor(geometry.outputShape) { y in
      geometry.forEachWindow { output, window in
        var best = -Float.infinity
        window { input in best = Swift.max(best, x.pointer[input]) }
        y[output] = best
      }
    }
  }

  func maxPoolGradient(_ geometry: PoolGeometry, _ x: Tensor, _ dy: Tensor) -> Tensor {
    let (x, dy) = (x.plain, dy.plain)
    return Tensor(x.shape) { dx in
      dx.update(repeating: 0)
      geometry.forEachWindow { output, window in
        var best: Int?
        window { input in
          if best.map({ x.pointer[input] > x.pointer[$0] }) ?? true { best = input }
        }
        if let best { dx[best] += dy.pointer[output] }
      }
    }
  }

  func averagePool(_ geometry: PoolGeometry, _ x: Tensor) -> Tensor {
    let x = x.plain
    return Tensor(geometry.outputShape) { y in
      geometry.forEachWindow { output, window in
        var (sum, count) = (Float(0), 0)
        window { input in
          sum += x.pointer[input]
          count += 1
        }
        y[output] = sum / geometry.divisor(count)
      }
    }
  }

  func averagePoolGradient(_ geometry: PoolGeometry, _ dy: Tensor) -> Tensor {
    let dy = dy.plain
    return Tensor(geometry.inputShape) { dx in
      dx.update(repeating: 0)
      geometry.forEachWindow { output, window in
        var count = 0
        window { _ in count += 1 }
        let share = dy.pointer[output] / geometry.divisor(count)
        window { input in dx[input] += share }
      }
    }
  }

  func globalAverage(_ x: Tensor) -> Tensor {
    let (shape, x) = (x.shape, x.plain)
    let area = shape[2] * shape[3]
    return Tensor([shape[0], shape[1]]) { y in
      for i in y.indices {
        var sum: Float = 0
        for j in 0..<area { sum += x.pointer[i * area + j] }
        y[i] = sum / Float(area)
      }
    }
  }

  func globalAverageGradient(_ dy: Tensor, _ shape: Shape, _ layout: Layout) -> Tensor {
    let dy = dy.plain
    let area = shape[2] * shape[3]
    return Tensor(shape) { dx in
      for i in dx.indices { dx[i] = dy.pointer[i / area] / Float(area) }
    }
  }
}

extension PoolGeometry {
  /// What a window's sum is divided by when `count` of its cells lie in the picture.
  fileprivate func divisor(_ count: Int) -> Float {
    Float(countsPadding ? window * window : Swift.max(1, count))
  }

  /// Calls a closure with each output and a loop over the inputs of its window, as row-major places.
  fileprivate func forEachWindow(_ body: (Int, ((Int) -> Void) -> Void) -> Void) {
    for plane in 0..<batch * channels {
      for y in 0..<outHeight {
        for x in 0..<outWidth {
          body((plane * outHeight + y) * outWidth + x) { visit in
            for row in y * stride - top..<y * stride - top + window where row >= 0 && row < height {
              for column in x * stride - left..<x * stride - left + window
              where column >= 0 && column < width {
                visit((plane * height + row) * width + column)
              }
            }
          }
        }
      }
    }
  }
}
