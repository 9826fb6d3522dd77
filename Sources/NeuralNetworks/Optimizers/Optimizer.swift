public import Tensors

/// Changes parameters by the gradients of a loss.
///
/// ```swift
/// optimizer.step(minimizing: crossEntropy(model(batch), classes: labels))
/// ```
public protocol Optimizer: AnyObject {
  /// What is trained, and how fast.
  var groups: [ParameterGroup] { get }
  /// A factor on every learning rate, which a `Schedule` gives for each step.
  var rateFactor: Float { get set }

  /// Makes the running quantities of a parameter, if there are none yet.
  func prepare(_ parameter: Parameter)

  /// The first half of a step: takes a gradient into the running quantities of a parameter, which
  /// keeps its values.
  ///
  /// - Parameters:
  ///   - gradient: of the parameter's shape.
  ///   - parameter: one of the group's.
  func gather(_ gradient: Tensor, of parameter: Parameter, in group: ParameterGroup)

  /// The second half: changes a parameter by its running quantities.
  func move(_ parameter: Parameter, in group: ParameterGroup)

  /// Both halves at once.
  func update(_ parameter: Parameter, _ gradient: Tensor, in group: ParameterGroup)

  /// Drops all running quantities, as if no step had been taken.
  func forget()

  /// All that the next steps depend on besides the parameters, as arrays to be saved, named
  /// `parameter/quantity`.
  var state: [String: WeightArray] { get }

  /// Takes back what `state` gave, bit for bit; what was there before is dropped.
  ///
  /// - Throws: `WeightsError.unexpected` or `.mismatchedShape` when an array belongs to none of the
  ///   parameters, and `.malformed` when it holds what no steps come to; then nothing is changed.
  func restore(_ state: [String: WeightArray]) throws(WeightsError)
}

extension Optimizer {
  public func update(_ parameter: Parameter, _ gradient: Tensor, in group: ParameterGroup) {
    gather(gradient, of: parameter, in: group)
    move(parameter, in: group)
  }

  /// The parameters of all groups, in their order.
  public var parameters: [Parameter] { groups.flatMap(\.parameters) }

  /// Changes the parameters once against the gradient of a scalar loss. What the loss does not
  /// depend on, or is frozen, keeps its value and its state. The tape is consumed.
  ///
  /// All gradients are known before the first parameter changes: when one holds what is no number,
  /// or a number whose square is none, no parameter does. The running quantities are lost then, for
  /// each gradient goes into them as soon as it is known, and is not kept: all gradients of a network
  /// take as much memory as the network.
  ///
  /// - Returns: A parameter with such a gradient; nil when the step was taken.
  @discardableResult
  public func step(minimizing loss: Tensor) -> Parameter? {
    let members = members
    // What lasts takes its memory first, lest it lie among what the tape gives back.
    for (parameter, _) in members where parameter.isTrainable { prepare(parameter) }
    var (gathered, unmade): ([Int], [(Int, Tensor)]) = ([], [])
    var broken: Parameter?
    forEachGradient(of: loss, for: members.map(\.parameter)) { index, gradient in
      let (parameter, group) = members[index]
      let gradient = gradient.plain
      if broken == nil, !gradient.hasFiniteSquares { broken = parameter }
      guard broken == nil else { return }
      if gradient.isMade {
        gather(gradient, of: parameter, in: group)
        gathered.append(index)
      } else {
        unmade.append((index, gradient))
      }
    }
    if let broken {
      forget()
      return broken
    }
    for index in gathered { move(members[index].parameter, in: members[index].group) }
    for (index, gradient) in unmade {
      update(members[index].parameter, gradient, in: members[index].group)
    }
    return nil
  }

  /// Changes the parameters once.
  ///
  /// - Parameter gradients: as many as `parameters`, in their order and of their shapes, or this
  ///   traps; where one is nil, or the parameter is frozen, it keeps its value and its state.
  public func step(_ gradients: [Tensor?]) {
    let members = members
    precondition(
      gradients.count == members.count,
      "step: \(gradients.count) gradients, \(members.count) parameters")
    for ((parameter, group), gradient) in zip(members, gradients) where parameter.isTrainable {
      guard let gradient else { continue }
      precondition(
        gradient.shape == parameter.value.shape,
        "step: a gradient \(gradient.shape) of \(parameter.name) \(parameter.value.shape)")
      update(parameter, gradient, in: group)
    }
  }

  private var members: [(parameter: Parameter, group: ParameterGroup)] {
    groups.flatMap { group in group.parameters.map { ($0, group) } }
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

extension [ParameterGroup] {
  /// Traps when a parameter is in them twice, or two have one name: running quantities go by names.
  func requireDistinct() {
    var names: Set<String> = []
    for parameter in flatMap(\.parameters) {
      precondition(
        names.insert(parameter.name).inserted, "optimizer: twice a parameter \(parameter.name)")
    }
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

  mutating func prepare(_ parameter: Parameter, _ quantities: [String]) {
    for quantity in quantities where tensors["\(parameter.name)/\(quantity)"] == nil {
      set(parameter, quantity, .zeros(parameter.value.shape))
    }
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
