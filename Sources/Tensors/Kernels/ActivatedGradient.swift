/// What an activation made: its gradient counts only where it lies in the activation's open range.
struct ActivatedOutput {
  let values: Tensor
  let activation: Activation

  /// Nil where there is no activation.
  init?(_ values: Tensor, _ activation: Activation) {
    if activation == .none { return nil }
    (self.values, self.activation) = (values, activation)
  }
}

/// The gradient of the output of an activation, for kernels that want that of its input.
///
/// A kernel that reads it once drops what the activation cut off while it reads; for the others
/// `beforeActivation` makes it, once for all of them. Passes of their own, over the maps around each
/// depthwise filter, took a tenth of a training step of tf_efficientnet_lite0.
final class ActivatedGradient {
  /// The gradient of the output.
  let values: Tensor
  /// The output; nil where there was no activation, or the gradient is that of its input already.
  let output: ActivatedOutput?

  init(_ values: Tensor, of output: ActivatedOutput?) {
    self.values = values
    self.output = values.storage.isCut(by: output?.values.storage) ? nil : output
  }

  private(set) lazy var beforeActivation: Tensor =
    output.map { Kernels.current.activationGradient($0.values, values, $0.activation) } ?? values
}
