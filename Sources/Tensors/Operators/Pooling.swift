/// The sizes of a pooling window's walk.
struct PoolGeometry: Hashable {
  let batch: Int
  let channels: Int
  let height: Int
  let width: Int
  let outHeight: Int
  let outWidth: Int
  let window: Int
  let stride: Int
  let top: Int
  let left: Int
  let countsPadding: Bool

  init(
    _ input: Shape, window: Int, stride: Int, padding: Padding, countsPadding: Bool,
    in name: StaticString
  ) {
    precondition(
      input.rank == 4 && window > 0 && stride > 0,
      "\(name): \(input) under a window of \(window) with stride \(stride)")
    batch = input[0]
    channels = input[1]
    height = input[2]
    width = input[3]
    self.window = window
    self.stride = stride
    self.countsPadding = countsPadding
    (top, outHeight) = padding.resolve(extent: height, window: window, stride: stride)
    (left, outWidth) = padding.resolve(extent: width, window: window, stride: stride)
    precondition(
      outHeight > 0 && outWidth > 0 && top < window && left < window,
      "\(name): a window of \(window) on \(input)")
  }

  var inputShape: Shape { [batch, channels, height, width] }
  var outputShape: Shape { [batch, channels, outHeight, outWidth] }
}

/// The greatest element of each window; padding never wins, the first of equals gets the gradient.
///
/// - Parameter input: [N, C, H, W].
/// - Returns: [N, C, H', W'].
public func maxPool(
  _ input: Tensor, window: Int, stride: Int, padding: Padding = .symmetric(0)
) -> Tensor {
  let geometry = PoolGeometry(
    input.shape, window: window, stride: stride, padding: padding, countsPadding: false,
    in: "maxPool")
  let x = input.detached
  return Kernels.current.maxPool(geometry, x).recorded(from: [input]) { dy in
    [Kernels.current.maxPoolGradient(geometry, x, dy)]
  }
}

/// The mean of each window.
///
/// - Parameters:
///   - input: [N, C, H, W].
///   - countsPadding: whether padding counts as zeros, or not at all.
/// - Returns: [N, C, H', W'].
public func averagePool(
  _ input: Tensor, window: Int, stride: Int, padding: Padding = .symmetric(0),
  countsPadding: Bool = true
) -> Tensor {
  let geometry = PoolGeometry(
    input.shape, window: window, stride: stride, padding: padding, countsPadding: countsPadding,
    in: "averagePool")
  return Kernels.current.averagePool(geometry, input.detached).recorded(from: [input]) { dy in
    [Kernels.current.averagePoolGradient(geometry, dy)]
  }
}

/// The mean of each channel: [N, C, H, W] to [N, C].
public func globalAveragePool(_ input: Tensor) -> Tensor {
  precondition(
    input.shape.rank == 4 && input.shape[2] * input.shape[3] > 0,
    "globalAveragePool: \(input.shape) is not [N, C, H, W]")
  let (shape, layout) = (input.shape, input.layout)
  return Kernels.current.globalAverage(input.detached).recorded(from: [input]) { dy in
    [Kernels.current.globalAverageGradient(dy, shape, layout)]
  }
}

/// The means of `size` by `size` parts of each channel: [N, C, H, W] to [N, C, size, size].
///
/// Part i goes from floor(i H / size) to ceil((i + 1) H / size), as in PyTorch: parts overlap where
/// `size` does not divide the extent, and repeat where it exceeds it.
public func adaptiveAveragePool(_ input: Tensor, size: Int) -> Tensor {
  precondition(
    input.shape.rank == 4 && size > 0 && input.shape.count > 0,
    "adaptiveAveragePool: \(input.shape) to \(size)")
  let (height, width) = (input.shape[2], input.shape[3])
  if height == size && width == size { return input }
  if height == width && height % size == 0 {
    return averagePool(input, window: height / size, stride: height / size)
  }
  func parts(_ extent: Int) -> Tensor {
    Tensor([size, extent]) { weights in
      weights.update(repeating: 0)
      for i in 0..<size {
        let part = i * extent / size..<((i + 1) * extent + size - 1) / size
        for j in part { weights[i * extent + j] = 1 / Float(part.count) }
      }
    }
  }
  return input.resampled(rows: parts(height), columns: parts(width))
}
