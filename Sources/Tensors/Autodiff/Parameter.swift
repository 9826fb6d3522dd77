/// A named tensor that training changes.
///
/// Parameters have identity: a model and its optimizer share them.
public final class Parameter {
  /// The path in a checkpoint, as `scales.0.backbone.conv_stem.weight`.
  public let name: String
  /// Whether it is no weight but a running statistic, which no optimizer changes.
  public let isStatistic: Bool
  /// Whether operators on it are recorded; a frozen parameter prunes the tape.
  public var isTrainable: Bool
  /// Counts the changes of the values, so that what was computed from them can be kept.
  public private(set) var version = 0
  private var current: Tensor
  let leaf = Node()

  /// Makes a parameter; a statistic is never trainable.
  public init(name: String, value: Tensor, isStatistic: Bool = false) {
    self.name = name
    self.current = value.plain
    self.isStatistic = isStatistic
    self.isTrainable = !isStatistic
  }

  /// The values, row-major and off the tape; another shape traps.
  public var value: Tensor {
    get { current }
    set {
      precondition(
        newValue.shape == current.shape,
        "Parameter \(name): \(newValue.shape) assigned to \(current.shape)")
      current = newValue.plain
      version += 1
    }
  }

  /// The values for an operator: on the tape while the parameter is trainable.
  public var tensor: Tensor {
    guard isTrainable, !isStatistic else { return current }
    return Tensor(shape: current.shape, storage: current.storage, node: leaf)
  }

  /// Changes the values in place, row-major; who else holds them keeps the old ones.
  public func update(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    version += 1
    let storage = current.uniqueStorage()
    try body(UnsafeMutableBufferPointer(start: storage.pointer, count: current.shape.count))
  }
}

/// The gradients of a scalar loss with respect to parameters, in their order; nil where the loss
/// does not depend on one or it is frozen. The tape is consumed.
public func gradients(of loss: Tensor, for parameters: [Parameter]) -> [Tensor?] {
  var result = [Tensor?](repeating: nil, count: parameters.count)
  forEachGradient(of: loss, for: parameters) { index, gradient in result[index] = gradient }
  return result
}

/// Calls a closure with the gradient of a scalar loss for each parameter that it depends on and
/// that is not frozen, by the parameter's index, as soon as it is known: later layers' come first.
///
/// All gradients of a large network need as much memory as the network. The closure may change the
/// parameter: nothing that is left of the tape needs its values. The tape is consumed.
public func forEachGradient(
  of loss: Tensor, for parameters: [Parameter], _ body: (_ index: Int, _ gradient: Tensor) -> Void
) {
  walk(from: loss, to: parameters.map { $0.isTrainable ? $0.leaf : nil }, body)
}
