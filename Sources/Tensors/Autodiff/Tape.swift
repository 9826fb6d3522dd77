import Synchronization

/// An operation on the tape: where its inputs came from and how a gradient goes back to them.
///
/// Ids count up, so that sorting by id gives the order in which gradients must be walked.
package final class Node {
  let id: Int
  var inputs: [Node?]
  /// From the gradient of the output to those of the inputs; nil once walked, and for a leaf.
  var pullback: ((Tensor) -> [Tensor?])?
  /// Makes the output again from what the operation keeps in any case, at little cost.
  private(set) var remade: (() -> Tensor)?
  /// What the operation applied last, if its gradient may come as that of the activation's input.
  let activation: Activation

  private static let nextId = Atomic<Int>(0)

  init(
    inputs: [Node?] = [], remade: (() -> Tensor)? = nil, activation: Activation = .none,
    pullback: ((Tensor) -> [Tensor?])? = nil
  ) {
    self.id = Self.nextId.add(1, ordering: .relaxed).newValue
    self.inputs = inputs
    self.remade = remade
    self.activation = activation
    self.pullback = pullback
  }

  /// Drops all that it kept for its gradient.
  func forget() {
    (inputs, pullback, remade) = ([], nil, nil)
  }

  // A long chain of nodes freed by recursion would overflow the stack.
  deinit {
    var pending = inputs.compactMap { $0 }
    inputs = []
    while var last = pending.popLast() {
      if isKnownUniquelyReferenced(&last) {
        pending.append(contentsOf: last.inputs.compactMap { $0 })
        last.inputs = []
      }
    }
  }
}

package enum Tape {
  /// Whether operators record; see `withoutTape`.
  @TaskLocal package static var isRecording = true
  /// Whether a part of a network is applied once more for its gradient; see `recomputed`. What an
  /// application leaves behind, as running statistics, was left by the first.
  @TaskLocal package static var isRecomputing = false
}

/// Calls a closure in which nothing is recorded for gradients, as when predicting.
public func withoutTape<R>(_ body: () throws -> R) rethrows -> R {
  try Tape.$isRecording.withValue(false, operation: body)
}

extension Tensor {
  /// The same values as a leaf of the tape, whose gradient `gradients(of:for:)` can give.
  public func variable() -> Tensor {
    Tensor(shape: shape, storage: storage, layout: layout, node: Node())
  }

  /// Records how this result was made, if any input is on the tape.
  ///
  /// - Parameters:
  ///   - remade: makes the result again, from what `pullback` captures and at little cost.
  ///   - activation: what was applied last, where `pullback` takes an ``ActivatedGradient``.
  ///   - pullback: from the gradient of the result to those of the inputs, in their order. Capture
  ///     nothing that an unwanted gradient alone needs.
  package func recorded(
    from inputs: [Tensor], remade: (() -> Tensor)? = nil, activation: Activation = .none,
    _ pullback: @escaping (Tensor) -> [Tensor?]
  ) -> Tensor {
    guard Tape.isRecording, inputs.contains(where: { $0.node != nil }) else { return self }
    return Tensor(
      shape: shape, storage: storage, layout: layout,
      node: Node(
        inputs: inputs.map(\.node), remade: remade, activation: activation, pullback: pullback))
  }

  /// What an operator captures to have these values when gradients are walked: the values, or how
  /// to make them again where that saves their memory.
  var kept: () -> Tensor {
    if let remade = node?.remade { return remade }
    let values = detached
    return { values }
  }

  /// Whether a gradient to this tensor is wanted by an operator that runs now.
  var wantsGradient: Bool { node != nil && Tape.isRecording }
}

/// The gradients of a scalar loss with respect to variables, nil where it does not depend on one.
///
/// The tape is consumed: each operation's captured values are freed as soon as its gradient has
/// been passed on, so a second call for the same loss finds nothing.
///
/// - Parameters:
///   - loss: a tensor with one element; another count traps.
///   - inputs: tensors made by `variable()`.
public func gradients(of loss: Tensor, for inputs: [Tensor]) -> [Tensor?] {
  gradients(of: loss, at: inputs.map(\.node))
}

func gradients(of loss: Tensor, at leaves: [Node?]) -> [Tensor?] {
  var result = [Tensor?](repeating: nil, count: leaves.count)
  walk(from: loss, to: leaves) { index, gradient in result[index] = gradient }
  return result
}

/// Walks the tape back from a scalar, and gives the gradient at each leaf as soon as every
/// operation on it has been passed, so that it need not be kept until all others are known.
func walk(from loss: Tensor, to leaves: [Node?], _ found: (Int, Tensor) -> Void) {
  precondition(loss.shape.count == 1, "gradients: the loss \(loss.shape) is not a scalar")
  walk(from: loss, Tensor.ones(loss.shape), to: leaves, found)
}

/// The same from any output, whose gradient is given.
func walk(
  from output: Tensor, _ gradient: Tensor, to leaves: [Node?], _ found: (Int, Tensor) -> Void
) {
  guard let root = output.node else { return }
  var indices: [Int: [Int]] = [:]
  for (index, leaf) in leaves.enumerated() {
    if let leaf { indices[leaf.id, default: []].append(index) }
  }
  let order = nodes(reachableFrom: root)
  var uses: [Int: Int] = [:]
  for case .some(let input) in order.flatMap(\.inputs) where indices[input.id] != nil {
    uses[input.id, default: 0] += 1
  }
  var gradients: [Int: Tensor] = [root.id: gradient]
  func finish(_ node: Node) {
    guard let gradient = gradients[node.id] else { return }
    for index in indices[node.id] ?? [] { found(index, gradient) }
    if node.pullback == nil { gradients[node.id] = nil }
  }
  finish(root)
  for node in order {
    let inputs = node.inputs
    let contributions = gradients.removeValue(forKey: node.id).flatMap { node.passBack($0) }
    node.forget()
    for (place, input) in inputs.enumerated() {
      guard let input else { continue }
      if let contribution = contributions?[place] {
        // Not read in place: the sum must be the only owner of its storage to be reused.
        let sum = gradients.removeValue(forKey: input.id)
        gradients[input.id] = sum.map { accumulate(contribution, onto: $0) } ?? contribution
      }
      guard let left = uses[input.id] else { continue }
      uses[input.id] = left - 1
      if left == 1 { finish(input) }
    }
  }
}

extension Node {
  /// The gradients of the inputs; what the operation captured for them is freed on return.
  fileprivate func passBack(_ gradient: Tensor) -> [Tensor?]? {
    guard let pullback else { return nil }
    self.pullback = nil
    return pullback(gradient)
  }
}

/// Every node that the root depends on, latest first.
private func nodes(reachableFrom root: Node) -> [Node] {
  var seen: Set<Int> = [root.id]
  var found = [root]
  var next = 0
  while next < found.count {
    for case .some(let input) in found[next].inputs where seen.insert(input.id).inserted {
      found.append(input)
    }
    next += 1
  }
  return found.sorted { $0.id > $1.id }
}

/// The variables and parameters that the root depends on, latest first.
func leaves(reachableFrom root: Node) -> [Node] {
  nodes(reachableFrom: root).filter { $0.inputs.isEmpty && $0.pullback == nil }
}

/// The sum of two gradients of one tensor, keeping the layout of the first.
private func accumulate(_ contribution: Tensor, onto sum: Tensor) -> Tensor {
  Kernels.current.sum(sum, Kernels.current.reordered(contribution, to: sum.layout), .none)
}
