public import Tensors

/// Changes parameters by the gradients of a loss.
///
/// ```swift
/// let loss = crossEntropy(model(batch), classes: labels)
/// optimizer.step(gradients(of: loss, for: optimizer.parameters))
/// ```
public protocol Optimizer: AnyObject {
  /// What is trained, and how fast.
  var groups: [ParameterGroup] { get }
  /// A factor on every learning rate, which a `Schedule` gives for each step.
  var rateFactor: Float { get set }

  /// Changes the parameters once.
  ///
  /// - Parameter gradients: as many as `parameters`, in their order; where one is nil, or the
  ///   parameter is frozen, it keeps its value and its state.
  func step(_ gradients: [Tensor?])

  /// All that the next steps depend on besides the parameters, as arrays to be saved, named
  /// `parameter/quantity`.
  var state: [String: WeightArray] { get }

  /// Takes back what `state` gave, bit for bit; what was there before is dropped.
  ///
  /// - Throws: `WeightsError.unexpected` or `.mismatchedShape` when an array belongs to none of the
  ///   parameters; then nothing is changed.
  func restore(_ state: [String: WeightArray]) throws(WeightsError)
}

extension Optimizer {
  /// The parameters of all groups, in their order.
  public var parameters: [Parameter] { groups.flatMap(\.parameters) }

  /// Calls a closure for each parameter that a step changes.
  func forEach(
    _ gradients: [Tensor?],
    _ body: (_ parameter: Parameter, _ gradient: Tensor, _ group: ParameterGroup) -> Void
  ) {
    let all = groups.flatMap { group in group.parameters.map { ($0, group) } }
    precondition(
      gradients.count == all.count, "step: \(gradients.count) gradients, \(all.count) parameters")
    for ((parameter, group), gradient) in zip(all, gradients) where parameter.isTrainable {
      guard let gradient else { continue }
      precondition(
        gradient.shape == parameter.value.shape,
        "step: a gradient \(gradient.shape) of \(parameter.name) \(parameter.value.shape)")
      body(parameter, gradient, group)
    }
  }
}

/// Parameters that are trained alike.
public struct ParameterGroup {
  /// What is trained.
  public let parameters: [Parameter]
  /// The learning rate before the schedule's factor.
  public var learningRate: Float
  /// How much a parameter shrinks; see the optimizers for what it is multiplied by.
  public var weightDecay: Float

  /// Groups parameters; running statistics among them are left out.
  public init(_ parameters: [Parameter], learningRate: Float, weightDecay: Float = 0) {
    self.parameters = parameters.filter { !$0.isStatistic }
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }
}

/// The running quantities of an optimizer by `parameter/quantity`.
struct OptimizerState {
  private(set) var tensors: [String: Tensor] = [:]

  /// Takes the quantity out, at first zeros of a shape, for `set` to put back.
  ///
  /// It must leave, as a tensor that two hold is copied when it is changed.
  mutating func take(_ parameter: Parameter, _ quantity: String, _ shape: Shape) -> Tensor {
    tensors.removeValue(forKey: "\(parameter.name)/\(quantity)") ?? .zeros(shape)
  }

  mutating func set(_ parameter: Parameter, _ quantity: String, _ tensor: Tensor) {
    tensors["\(parameter.name)/\(quantity)"] = tensor
  }

  var arrays: [String: WeightArray] {
    tensors.mapValues { WeightArray(shape: $0.shape.dimensions, values: $0.values) }
  }

  /// - Parameter quantities: by name, whether it has the parameter's shape or none.
  mutating func restore(
    _ arrays: [String: WeightArray], _ parameters: [Parameter], quantities: [String: Bool]
  ) throws(WeightsError) {
    let path = "the optimizer's state"
    var shapes: [String: [Int]] = [:]
    for parameter in parameters {
      for (quantity, hasShape) in quantities {
        shapes["\(parameter.name)/\(quantity)"] = hasShape ? parameter.value.shape.dimensions : []
      }
    }
    var tensors: [String: Tensor] = [:]
    for name in arrays.keys.sortedByBytes() {
      guard let array = arrays[name], let expected = shapes[name] else {
        throw .unexpected(path: path, name: name)
      }
      guard array.shape == expected else {
        throw .mismatchedShape(path: path, name: name, found: array.shape, expected: expected)
      }
      tensors[name] = Tensor(array.values, shape: Shape(expected))
    }
    self.tensors = tensors
  }
}
