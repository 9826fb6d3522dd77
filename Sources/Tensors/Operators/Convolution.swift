/// What lies around a picture under a window that reaches beyond it.
public enum Padding: Hashable, Sendable, Codable {
  /// As many rows and columns on each side.
  case symmetric(Int)
  /// TensorFlow's SAME: the output has the input's extent divided by the stride, rounded up; of an
  /// odd number of rows or columns one more lies at the bottom and at the right.
  case same

  /// How many cells lie before the picture, and how many outputs there are, along one axis.
  func resolve(extent: Int, window: Int, stride: Int) -> (before: Int, outputs: Int) {
    switch self {
    case .symmetric(let amount):
      let room = extent + 2 * amount - window
      return (amount, room < 0 ? 0 : room / stride + 1)
    case .same:
      let outputs = (extent + stride - 1) / stride
      return (max(0, (outputs - 1) * stride + window - extent) / 2, outputs)
    }
  }
}

/// The sizes of a convolution.
struct ConvolutionGeometry: Hashable {
  let batch: Int
  let inputs: Int
  let outputs: Int
  let groups: Int
  let height: Int
  let width: Int
  let outHeight: Int
  let outWidth: Int
  let kernelHeight: Int
  let kernelWidth: Int
  let stride: Int
  let dilation: Int
  let top: Int
  let left: Int

  init(
    _ input: Shape, _ weight: Shape, _ bias: Shape?, stride: Int, padding: Padding, dilation: Int,
    groups: Int
  ) {
    precondition(
      input.rank == 4 && weight.rank == 4 && groups > 0 && input[1] == weight[1] * groups
        && weight[0] % groups == 0,
      "convolution: the input \(input) and the weight \(weight) in \(groups) groups")
    precondition(
      bias.map { $0 == [weight[0]] } ?? true,
      "convolution: the bias \(bias ?? []) and the weight \(weight)")
    precondition(stride > 0 && dilation > 0, "convolution: stride \(stride), dilation \(dilation)")
    batch = input[0]
    inputs = input[1]
    outputs = weight[0]
    self.groups = groups
    height = input[2]
    width = input[3]
    kernelHeight = weight[2]
    kernelWidth = weight[3]
    self.stride = stride
    self.dilation = dilation
    (top, outHeight) = padding.resolve(
      extent: height, window: (kernelHeight - 1) * dilation + 1, stride: stride)
    (left, outWidth) = padding.resolve(
      extent: width, window: (kernelWidth - 1) * dilation + 1, stride: stride)
    precondition(
      outHeight > 0 && outWidth > 0, "convolution: \(input) is smaller than the weight \(weight)")
  }

  var inputShape: Shape { [batch, inputs, height, width] }
  var outputShape: Shape { [batch, outputs, outHeight, outWidth] }
  var weightShape: Shape { [outputs, inputs / groups, kernelHeight, kernelWidth] }
  var outputArea: Int { outHeight * outWidth }
  /// The greatest of each two by two of the outputs.
  var pooled: PoolGeometry {
    PoolGeometry(
      outputShape, window: 2, stride: 2, padding: .symmetric(0), countsPadding: false,
      in: "maxPooledConvolution")
  }
  /// Whether each channel has a filter of its own.
  var isDepthwise: Bool { groups == inputs && groups == outputs }

  /// Whether it is a product with a matrix at each place.
  var isPointwise: Bool { kernelHeight == 1 && kernelWidth == 1 && groups == 1 }
}

/// A convolution (as networks call it: a cross-correlation), with bias, a sum and an activation fused.
///
/// Shapes that do not fit trap.
///
/// - Parameters:
///   - input: [N, C, H, W].
///   - weight: [O, C / groups, h, w].
///   - bias: [O].
///   - added: of the output's shape: it is added before the activation, as around a residual block.
///   - groups: into how many parts the channels are cut, each convolved on its own; as many as
///     channels make it depthwise.
/// - Returns: [N, O, H', W'].
public func convolution(
  _ input: Tensor, weight: Tensor, bias: Tensor? = nil, adding added: Tensor? = nil,
  stride: Int = 1, padding: Padding = .symmetric(0), dilation: Int = 1, groups: Int = 1,
  activation: Activation = .none
) -> Tensor {
  let geometry = ConvolutionGeometry(
    input.shape, weight.shape, bias?.shape, stride: stride, padding: padding, dilation: dilation,
    groups: groups)
  precondition(
    added.map { $0.shape == geometry.outputShape } ?? true,
    "convolution: \(added?.shape ?? []) added to \(geometry.outputShape)")
  let x = input.detached
  let w = weight.plain
  let y = Kernels.current.convolution(
    geometry, x, w, bias?.plain, adding: added?.detached, activation)
  let keptX = weight.wantsGradient ? input.kept : nil
  let keptWeight = input.wantsGradient ? weight.kept : nil
  let output = ActivatedOutput(y, activation)
  // The input is kept for the gradient to the weight, or not at all.
  let activatedInput = keptX == nil ? nil : input.node.flatMap { ActivatedOutput(x, $0.activation) }
  let (wantsBias, wantsAdded) = (bias?.wantsGradient ?? false, added?.wantsGradient ?? false)
  // What moves has other values at the next step: copies in other layouts would never be used again.
  let isMoving = weight.wantsGradient
  if isMoving { w.storage.packed = [:] }
  let inputs = [input, weight] + [bias, added].compactMap { $0 }
  return y.recorded(from: inputs, activation: activation) { dy in
    let kernels = Kernels.current
    let dy = ActivatedGradient(dy, of: output)
    let dx = keptWeight.map {
      let w = $0().plain
      // Before the gradient to the weight takes as much memory.
      defer { if isMoving { w.storage.packed = [:] } }
      return kernels.convolutionDataGradient(geometry, dy, w, of: activatedInput)
    }
    let dw = keptX.map {
      kernels.convolutionWeightGradient(geometry, $0(), dy, wantsBias: wantsBias)
    }
    let db = dw?.bias ?? (wantsBias ? kernels.channelSums(dy.beforeActivation) : nil)
    return [dx, dw?.weight] + (bias == nil ? [] : [db])
      + (added == nil ? [] : [wantsAdded ? dy.beforeActivation : nil])
  }
}

/// A convolution, of whose outputs `maxPool` takes the greatest of each two by two: at once, where
/// nothing is recorded, for the outputs are four times as large as what is left of them.
///
/// Shapes that do not fit trap.
///
/// - Parameters: As those of ``convolution(_:weight:bias:stride:padding:dilation:groups:activation:)``.
/// - Returns: [N, O, H' / 2, W' / 2].
public func maxPooledConvolution(
  _ input: Tensor, weight: Tensor, bias: Tensor? = nil, stride: Int = 1,
  padding: Padding = .symmetric(0), dilation: Int = 1, groups: Int = 1,
  activation: Activation = .none
) -> Tensor {
  if [input, weight, bias].contains(where: { $0?.wantsGradient ?? false }) {
    let y = convolution(
      input, weight: weight, bias: bias, stride: stride, padding: padding, dilation: dilation,
      groups: groups, activation: activation)
    return maxPool(y, window: 2, stride: 2)
  }
  let geometry = ConvolutionGeometry(
    input.shape, weight.shape, bias?.shape, stride: stride, padding: padding, dilation: dilation,
    groups: groups)
  return Kernels.current.maxPooledConvolution(
    geometry, input.detached, weight.plain, bias?.plain, activation)
}
