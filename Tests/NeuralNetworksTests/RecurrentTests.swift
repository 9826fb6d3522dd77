import NeuralNetworks
import Tensors
import Testing

/// LSTM and GRU against PyTorch: outputs, last states, and the gradients of all that goes in; see
/// Tests/ReferenceImplementations/sequences.py.
@Suite struct RecurrentTests {
  @Test func lstm() throws {
    try check("lstm", ["hidden", "cell"], lstm(inputs: 5, units: 7))
    try check("lstmPlain", [], lstm(inputs: 5, units: 7, bias: false))
    try check(
      "lstmDeep", ["hidden", "cell"], lstm(inputs: 3, units: 5, layers: 3, bidirectional: true))
    try check("lstmSingle", ["hidden", "cell"], lstm(inputs: 4, units: 17))
    try check("lstmWide", ["hidden", "cell"], lstm(inputs: 6, units: 33, layers: 2))
  }

  @Test func gru() throws {
    try check("gru", ["hidden"], gru(inputs: 5, units: 7))
    try check("gruPlain", [], gru(inputs: 5, units: 7, bias: false))
    try check("gruDeep", ["hidden"], gru(inputs: 3, units: 5, layers: 3, bidirectional: true))
    try check("gruSingle", ["hidden"], gru(inputs: 4, units: 17))
    try check("gruWide", ["hidden"], gru(inputs: 6, units: 33, layers: 2))
  }

  @Test func dropsBetweenLayersAlone() {
    let store = ParameterStore(seed: 1)
    store.usesDropout = true
    let x = Tensor.ones([3, 2, 4])
    let single = LSTM(store.scope("single"), inputs: 4, units: 5, dropout: 0.5)
    #expect(single(x).output.values == single(x).output.values)
    let double = LSTM(store.scope("double"), inputs: 4, units: 5, layers: 2, dropout: 0.5)
    #expect(double(x).output.values != double(x).output.values)
  }

  /// A layer: from the store's scope to a function of an input and states.
  private typealias Layer = (ParameterScope) -> (Tensor, [Tensor]) -> [Tensor]

  private func lstm(
    inputs: Int, units: Int, layers: Int = 1, bias: Bool = true, bidirectional: Bool = false
  ) -> Layer {
    { scope in
      let layer = LSTM(
        scope, inputs: inputs, units: units, layers: layers, bias: bias,
        bidirectional: bidirectional)
      return { x, states in
        let result = layer(x, state: states.isEmpty ? nil : (states[0], states[1]))
        return [result.output, result.hidden, result.cell]
      }
    }
  }

  private func gru(
    inputs: Int, units: Int, layers: Int = 1, bias: Bool = true, bidirectional: Bool = false
  ) -> Layer {
    { scope in
      let layer = GRU(
        scope, inputs: inputs, units: units, layers: layers, bias: bias,
        bidirectional: bidirectional)
      return { x, states in
        let result = layer(x, hidden: states.first)
        return [result.output, result.hidden]
      }
    }
  }

  /// Compares with the kernels in use and with the reference, all on the tape and none.
  private func check(_ name: String, _ states: [String], _ make: Layer) throws {
    let file = try fixture("sequences")
    let store = ParameterStore(seed: 1)
    let layer = make(store.scope)
    try store.load(file, prefix: "\(name)/parameters/")
    let keys = ["input"] + states
    let inputs = try keys.map { try tensor(file, "\(name)/inputs/\($0)") }
    func compare(_ label: String) throws {
      let variables = inputs.map { $0.variable() }
      let outputs = layer(variables[0], Array(variables.dropFirst()))
      var loss = Tensor(0)
      for (key, output) in zip(["output", "hidden", "cell"], outputs) {
        expectClose(output, try tensor(file, "\(name)/outputs/\(key)"), "\(label), \(key)")
        loss = loss + (output * (try tensor(file, "\(name)/patterns/\(key)"))).sum()
      }
      let found = gradients(of: loss, for: variables + store.parameters.map(\.tensor))
      for (key, gradient) in zip(keys + store.parameters.map(\.name), found) {
        expectClose(gradient, try tensor(file, "\(name)/gradients/\(key)"), "\(label), \(key)")
      }
      let untaped = withoutTape { layer(inputs[0], Array(inputs.dropFirst()))[0] }
      expectClose(untaped, try tensor(file, "\(name)/outputs/output"), "\(label), no tape")
    }
    try compare(name)
    try Kernels.withReference { try compare("\(name), reference") }
    // With all but one frozen, other paths are taken: to the same values.
    store.setTrainable(false)
    for parameter in store.parameters {
      parameter.isTrainable = true
      let outputs = layer(inputs[0], Array(inputs.dropFirst()))
      var loss = Tensor(0)
      for (key, output) in zip(["output", "hidden", "cell"], outputs) {
        loss = loss + (output * (try tensor(file, "\(name)/patterns/\(key)"))).sum()
      }
      expectClose(
        gradients(of: loss, for: [parameter])[0],
        try tensor(file, "\(name)/gradients/\(parameter.name)"), "\(name), \(parameter.name) alone")
      parameter.isTrainable = false
    }
  }
}
