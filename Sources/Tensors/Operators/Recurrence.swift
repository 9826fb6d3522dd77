/// How a recurrent layer makes its next state; G is the number of gates, S that of states.
public enum RecurrentCell: Sendable, Hashable {
  /// Long short-term memory, gates i, f, g, o, states hidden and cell: `c' = f c + i g`,
  /// `h' = o tanh(c')`. Hochreiter, Schmidhuber, "Long Short-Term Memory", 1997; Gers et al., 2000.
  case lstm
  /// Gated recurrent unit, gates r, z, n, one state: `h' = (1 - z) n + z h` with
  /// `n = tanh(x_n + r h_n)`. Cho et al., "Learning Phrase Representations", 2014, with the reset
  /// after the product, as cuDNN and PyTorch have it.
  case gru

  /// G, the number of gates.
  public var gateCount: Int { self == .lstm ? 4 : 3 }
  /// S, the number of states; the first is what the layer gives out.
  public var stateCount: Int { self == .lstm ? 2 : 1 }
}

/// The states of a recurrent layer after each of T steps.
///
/// - Parameters:
///   - projected: `[T, N, G H]`, what the inputs add to the gates of each step.
///   - weight: `[G H, H]`, from the hidden state before a step to its gates.
///   - bias: `[G H]`, is added to that product.
///   - state: `[S, N, H]`, the states before the first step.
/// - Returns: `[S, T, N, H]`.
public func recurrence(
  _ cell: RecurrentCell, _ projected: Tensor, weight: Tensor, bias: Tensor, state: Tensor
) -> Tensor {
  let width = weight.shape[-1]
  let gates = cell.gateCount * width
  precondition(
    projected.shape.rank == 3 && projected.shape[2] == gates && weight.shape == [gates, width]
      && bias.shape == [gates] && state.shape == [cell.stateCount, projected.shape[1], width],
    "recurrence: \(projected.shape) with \(weight.shape), \(bias.shape) and \(state.shape)")
  let run = Recurrence(
    cell: cell, steps: projected.shape[0], count: projected.shape[1], width: width,
    weight: weight.plain, bias: bias.plain, start: state.plain)
  let inputs = [projected, weight, bias, state]
  let keeps = inputs.contains(where: \.wantsGradient)
  let (states, activations) = run.forward(projected.plain, keeps: keeps)
  guard let activations else { return states }
  let wants = inputs.map(\.wantsGradient)
  return states.recorded(from: inputs) { gradient in
    run.backward(gradient.plain, states: states.detached, activations: activations, wants: wants)
  }
}

/// One layer's work over all steps, off the tape.
private struct Recurrence {
  let cell: RecurrentCell
  let steps: Int
  let count: Int
  let width: Int
  let weight: Tensor
  let bias: Tensor
  let start: Tensor

  private var gates: Int { cell.gateCount * width }
  /// Floats of one state at one step.
  private var stride: Int { count * width }
  private var problem: RecurrentProblem {
    RecurrentProblem(cell: cell, count: count, width: width)
  }

  /// Where a state begins, as it is before step `t` of a row of steps.
  private func before(_ t: Int, _ state: Int, _ states: Tensor) -> UnsafeMutablePointer<Float> {
    t == 0
      ? start.pointer + state * stride : states.pointer + (state * steps + t - 1) * stride
  }

  private func pointers(_ t: Int, _ tensor: Tensor) -> [UnsafeMutablePointer<Float>] {
    (0..<cell.stateCount).map { tensor.pointer + ($0 * steps + t) * stride }
  }

  /// The states, and the four values of each unit at each step that a gradient needs.
  func forward(_ projected: Tensor, keeps: Bool) -> (states: Tensor, activations: Tensor?) {
    let states = Tensor(uninitialized: [cell.stateCount, steps, count, width])
    let activations = Tensor(uninitialized: [keeps ? steps : 1, count, 4 * width])
    let product = Tensor(uninitialized: [count, gates])
    let kernels = Kernels.current
    for t in 0..<steps {
      kernels.matrixProduct(
        (count, gates, width), before(t, 0, states), transposed: false, weight.pointer,
        transposed: true, into: product.pointer)
      kernels.recurrentStep(
        problem, projected: projected.pointer + t * count * gates, product: product.pointer,
        bias: bias.pointer, before: (0..<cell.stateCount).map { before(t, $0, states) },
        activations: activations.pointer + (keeps ? t : 0) * count * 4 * width,
        after: pointers(t, states))
    }
    return (states, keeps ? activations : nil)
  }

  /// The gradients of the inputs of `recurrence`, from that of its result.
  func backward(
    _ gradient: Tensor, states: Tensor, activations: Tensor, wants: [Bool]
  ) -> [Tensor?] {
    let dprojected = Tensor(uninitialized: [steps, count, gates])
    // The gates of an LSTM add the two products; those of a GRU do not.
    let dproduct = cell == .lstm ? dprojected : Tensor(uninitialized: dprojected.shape)
    let carried = Tensor.zeros(start.shape)
    let carry = (0..<cell.stateCount).map { carried.pointer + $0 * stride }
    let through = Tensor(uninitialized: [count, width])
    let kernels = Kernels.current
    for t in (0..<steps).reversed() {
      let place = t * count * gates
      kernels.recurrentStepGradient(
        problem, activations: activations.pointer + t * count * 4 * width,
        before: (0..<cell.stateCount).map { before(t, $0, states) }, after: pointers(t, states),
        gradient: pointers(t, gradient), projected: dprojected.pointer + place,
        product: dproduct.pointer + place, carry: carry)
      kernels.matrixProduct(
        (count, width, gates), dproduct.pointer + place, transposed: false, weight.pointer,
        transposed: false, into: through.pointer)
      for i in 0..<stride { carry[0][i] += through.pointer[i] }
    }
    return [
      wants[0] ? dprojected : nil, wants[1] ? weightGradient(dproduct, states) : nil,
      wants[2] ? dproduct.summed(to: [gates]) : nil, wants[3] ? carried : nil,
    ]
  }

  /// One product over all steps: each step's gradient with the hidden state before it.
  private func weightGradient(_ dproduct: Tensor, _ states: Tensor) -> Tensor {
    let hidden = Tensor(uninitialized: [steps, count, width])
    for t in 0..<steps {
      (hidden.pointer + t * stride).update(from: before(t, 0, states), count: stride)
    }
    return Tensor([gates, width]) { result in
      guard let result = result.baseAddress, stride > 0 else { return }
      Kernels.current.matrixProduct(
        (gates, width, steps * count), dproduct.pointer, transposed: true, hidden.pointer,
        transposed: false, into: result)
    }
  }
}
