public import Tensors

/// Long short-term memory, as `nn.LSTM`: Hochreiter, Schmidhuber, "Long Short-Term Memory", Neural
/// Computation 1997.
public struct LSTM {
  private let stack: RecurrentStack

  /// Makes the parameters of each layer in a scope, named as PyTorch's: `weight_ih_l0`,
  /// `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, then `l1`; `_reverse` at the end of those that read
  /// from the end.
  ///
  /// - Parameters:
  ///   - inputs: I, the values of an input.
  ///   - units: H, the values of a state.
  ///   - layers: how many, each above the outputs of the one before.
  ///   - bidirectional: whether a second half of each layer reads from the end.
  ///   - dropout: the share of values between layers that is dropped.
  public init(
    _ scope: ParameterScope, inputs: Int, units: Int, layers: Int = 1, bias: Bool = true,
    bidirectional: Bool = false, dropout: Float = 0
  ) {
    stack = RecurrentStack(
      .lstm, scope, inputs: inputs, units: units, layers: layers, bias: bias,
      bidirectional: bidirectional, dropout: dropout)
  }

  /// The outputs for `x [T, N, I]`, and each layer's last states; L is the number of layers, and D
  /// is 2 where they read both ways, else 1.
  ///
  /// - Parameter state: the states before the first step, `[L D, N, H]` each; zeros unless given.
  /// - Returns: `output [T, N, D H]`, `hidden` and `cell [L D, N, H]`.
  public func callAsFunction(
    _ x: Tensor, state: (hidden: Tensor, cell: Tensor)? = nil
  ) -> (output: Tensor, hidden: Tensor, cell: Tensor) {
    let (output, states) = stack(x, state.map { [$0.hidden, $0.cell] })
    return (output, states[0], states[1])
  }
}

/// Gated recurrent units, as `nn.GRU`: Cho et al., "Learning Phrase Representations using RNN
/// Encoder-Decoder", EMNLP 2014, with the reset gate after the product.
public struct GRU {
  private let stack: RecurrentStack

  /// Makes the parameters; see `LSTM`.
  public init(
    _ scope: ParameterScope, inputs: Int, units: Int, layers: Int = 1, bias: Bool = true,
    bidirectional: Bool = false, dropout: Float = 0
  ) {
    stack = RecurrentStack(
      .gru, scope, inputs: inputs, units: units, layers: layers, bias: bias,
      bidirectional: bidirectional, dropout: dropout)
  }

  /// The outputs `[T, N, D H]` for `x [T, N, I]`, and each layer's last state `[L D, N, H]`; see
  /// `LSTM`.
  public func callAsFunction(_ x: Tensor, hidden: Tensor? = nil) -> (output: Tensor, hidden: Tensor)
  {
    let (output, states) = stack(x, hidden.map { [$0] })
    return (output, states[0])
  }
}

/// Layers of recurrent cells, one above the other.
private struct RecurrentStack {
  /// A layer in one direction.
  struct Half {
    let inputWeight: Parameter
    let hiddenWeight: Parameter
    let inputBias: Parameter?
    let hiddenBias: Parameter?
    let readsFromEnd: Bool
  }

  let cell: RecurrentCell
  let inputs: Int
  let units: Int
  let layers: [[Half]]
  let dropout: Dropout

  init(
    _ cell: RecurrentCell, _ scope: ParameterScope, inputs: Int, units: Int, layers: Int,
    bias: Bool,
    bidirectional: Bool, dropout: Float
  ) {
    precondition(
      inputs > 0 && units > 0 && layers > 0,
      "Recurrent layers: \(inputs) inputs, \(units) units, \(layers) layers")
    let rows = cell.gateCount * units
    let initializer = Initializer.uniform(bound: 1 / Float(units).squareRoot())
    self.cell = cell
    self.inputs = inputs
    self.units = units
    self.dropout = Dropout(scope, rate: dropout)
    self.layers = (0..<layers).map { layer in
      let width = layer == 0 ? inputs : units * (bidirectional ? 2 : 1)
      return (bidirectional ? ["", "_reverse"] : [""]).map { suffix in
        func make(_ name: String, _ shape: Shape) -> Parameter {
          scope.parameter("\(name)_l\(layer)\(suffix)", shape, initializer)
        }
        return Half(
          inputWeight: make("weight_ih", [rows, width]),
          hiddenWeight: make("weight_hh", [rows, units]),
          inputBias: bias ? make("bias_ih", [rows]) : nil,
          hiddenBias: bias ? make("bias_hh", [rows]) : nil, readsFromEnd: !suffix.isEmpty)
      }
    }
  }

  /// The last layer's outputs, and each kind of state after the last step.
  func callAsFunction(_ x: Tensor, _ start: [Tensor]?) -> (output: Tensor, states: [Tensor]) {
    let halves = layers.count * layers[0].count
    precondition(
      x.shape.rank == 3 && x.shape[0] > 0 && x.shape[2] == inputs,
      "Recurrent layers: \(x.shape) is not [T, N, \(inputs)] of a step at least")
    let start =
      start
      ?? Array(repeating: .zeros([halves, x.shape[1], units]), count: cell.stateCount)
    precondition(
      start.allSatisfy { $0.shape == [halves, x.shape[1], units] },
      "Recurrent layers: states \(start.map(\.shape)) are not [\(halves), \(x.shape[1]), \(units)]")
    var (output, last) = (x, [Tensor]())
    for (index, layer) in layers.enumerated() {
      if index > 0 { output = dropout(output) }
      let results = layer.map { half in
        let before = start.map { $0.sliced(last.count..<last.count + 1, axis: 0) }
        let states = run(half, output, concatenated(before, axis: 0))
        let end = half.readsFromEnd ? 0 : x.shape[0] - 1
        last.append(states.sliced(end..<end + 1, axis: 1))
        return states.sliced(0..<1, axis: 0).reshaped([x.shape[0], x.shape[1], units])
      }
      output = results.count == 1 ? results[0] : concatenated(results, axis: 2)
    }
    let all = concatenated(last, axis: 1)
    return (
      output,
      (0..<cell.stateCount).map { state in
        all.sliced(state..<state + 1, axis: 0).reshaped([halves, x.shape[1], units])
      }
    )
  }

  /// The states after each step, `[S, T, N, H]`, in the order of the inputs.
  private func run(_ half: Half, _ x: Tensor, _ start: Tensor) -> Tensor {
    let steps = Array((0..<x.shape[0]).reversed())
    let rows = (half.readsFromEnd ? x.gathered(steps, axis: 0) : x)
      .reshaped([x.shape[0] * x.shape[1], x.shape[2]])
    var projected = rows.matrixProduct(half.inputWeight.tensor, transposingRight: true)
    if let bias = half.inputBias { projected = projected + bias.tensor }
    let gates = cell.gateCount * units
    let states = recurrence(
      cell, projected.reshaped([x.shape[0], x.shape[1], gates]), weight: half.hiddenWeight.tensor,
      bias: half.hiddenBias?.tensor ?? .zeros([gates]), state: start)
    return half.readsFromEnd ? states.gathered(steps, axis: 1) : states
  }
}
