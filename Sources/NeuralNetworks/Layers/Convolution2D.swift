public import Tensors

/// A two-dimensional convolution: `[N, C, H, W] -> [N, O, H', W']`.
public struct Convolution2D {
  /// `[O, C / groups, kernel, kernel]`.
  public let weight: Parameter
  /// `[O]`, if there is one.
  public let bias: Parameter?
  /// Rows and columns from one window to the next.
  public let stride: Int
  /// What lies around the input, always zeros.
  public let padding: Padding
  /// Rows and columns from one element of a window to the next.
  public let dilation: Int
  /// In how many groups, convolved apart, the channels are; C groups make it depthwise.
  public let groups: Int

  /// Makes the parameters `weight` and `bias` in a scope.
  ///
  /// - Parameter initializer: of the weight; the bias starts at zero.
  public init(
    _ scope: ParameterScope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    padding: Padding = .symmetric(0), dilation: Int = 1, groups: Int = 1, bias: Bool = true,
    initializer: Initializer? = nil
  ) {
    precondition(
      groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "Convolution2D: \(inputs) to \(outputs) channels in \(groups) groups")
    weight = scope.parameter(
      "weight", [outputs, inputs / groups, kernel, kernel],
      initializer ?? .kaimingNormalFanOut(groups: groups))
    self.bias = bias ? scope.parameter("bias", [outputs], .zeros) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The layer's output for `x [N, C, H, W]`, the activation fused in.
  public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
    apply(x, weight: weight.tensor, bias: bias?.tensor, activation: activation)
  }

  /// The greatest of each two by two outputs, `[N, O, H' / 2, W' / 2]`, for `x [N, C, H, W]`; faster
  /// than the layer with a pooling after it where nothing is recorded.
  public func maxPooled(_ x: Tensor, activation: Activation = .none) -> Tensor {
    maxPooledConvolution(
      x, weight: weight.tensor, bias: bias?.tensor, stride: stride, padding: padding,
      dilation: dilation, groups: groups, activation: activation)
  }

  /// The same convolution with another weight and bias.
  func apply(
    _ x: Tensor, weight: Tensor, bias: Tensor?, adding added: Tensor? = nil,
    activation: Activation
  ) -> Tensor {
    convolution(
      x, weight: weight, bias: bias, adding: added, stride: stride, padding: padding,
      dilation: dilation, groups: groups, activation: activation)
  }
}
