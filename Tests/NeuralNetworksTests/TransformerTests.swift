import NeuralNetworks
import Tensors
import Testing

/// Transformer layers against PyTorch's: values, and the gradients of all parameters and inputs.
@Suite struct TransformerTests {
  private func configuration(
    heads: Int = 3, width: Int = 12, first: Bool = false
  ) -> TransformerConfiguration {
    var configuration = TransformerConfiguration(width: width, heads: heads, hidden: 20)
    configuration.normalizesFirst = first
    return configuration
  }

  private func padding() throws -> AttentionMask {
    AttentionMask(keys: try tensor(fixture("transformer"), "padding"))
  }

  @Test func attention() throws {
    let padding = try padding()
    try check("selfAttention") { scope in
      let layer = MultiHeadAttention(scope, configuration())
      return { layer($0[0]) }
    }
    try check("selfAttentionPlain") { scope in
      var plain = configuration()
      plain.hasBias = false
      let layer = MultiHeadAttention(scope, plain)
      return { layer($0[0]) }
    }
    try check("selfAttentionMasked") { scope in
      let layer = MultiHeadAttention(scope, configuration(heads: 2, width: 10))
      return { layer($0[0], mask: AttentionMask(keys: padding.keys, causalOffset: 0)) }
    }
    try check("crossAttention") { scope in
      let layer = MultiHeadAttention(scope, configuration(heads: 4))
      return { layer($0[0], $0[1], $0[2], mask: padding) }
    }
  }

  /// One matrix or three, the attention is the same.
  @Test func separateProjections() throws {
    let file = try fixture("transformer")
    var configuration = configuration()
    configuration.names.projections = .separate(query: "q", key: "k", value: "v")
    let store = ParameterStore(seed: 1)
    let layer = MultiHeadAttention(store.scope, configuration)
    let weight = try tensor(file, "selfAttention/parameters/in_proj_weight")
    let bias = try tensor(file, "selfAttention/parameters/in_proj_bias")
    for (part, name) in ["q", "k", "v"].enumerated() {
      let rows = part * 12..<(part + 1) * 12
      store["\(name).weight"]?.value = weight.sliced(rows, axis: 0)
      store["\(name).bias"]?.value = bias.sliced(rows, axis: 0)
    }
    for name in ["weight", "bias"] {
      store["out_proj.\(name)"]?.value = try tensor(
        file, "selfAttention/parameters/out_proj.\(name)")
    }
    let output = layer(try tensor(file, "selfAttention/input.0"))
    expectClose(output, try tensor(file, "selfAttention/output"), "separate")
  }

  @Test func encoderLayers() throws {
    let padding = try padding()
    for first in [false, true] {
      try check("encoderLayer\(first ? "First" : "Last")") { scope in
        var configuration = configuration(first: first)
        configuration.activation = .gelu
        configuration.epsilon = 1e-3
        let layer = TransformerEncoderLayer(scope, configuration)
        return { layer($0[0], mask: padding) }
      }
    }
  }

  @Test func decoderLayers() throws {
    let padding = try padding()
    for first in [false, true] {
      try check("decoderLayer\(first ? "First" : "Last")") { scope in
        let layer = TransformerDecoderLayer(scope, configuration(first: first))
        return { layer($0[0], memory: $0[1], memoryMask: padding) }
      }
    }
  }

  @Test func transformer() throws {
    let padding = try padding()
    try check("transformer") { scope in
      let network = Transformer(scope, encoderLayers: 2, decoderLayers: 2, configuration())
      return { network($0[0], $0[1], sourceMask: padding) }
    }
  }

  @Test func thePapersBaseModelIsTheDefault() {
    let store = ParameterStore(seed: 1, initializes: false)
    let network = Transformer(store.scope)
    #expect(network.encoder.layers.count == 6 && network.decoder.layers.count == 6)
    // PyTorch's nn.Transformer() has as many.
    #expect(store.parameters.reduce(0) { $0 + $1.value.shape.count } == 44_140_544)
  }

  /// Token by token, and with some sequences dropped and others doubled on the way, a decoder gives
  /// what it gives to whole sequences.
  @Test func incrementalDecoding() throws {
    let file = try fixture("transformer")
    let padding = try padding()
    for first in [false, true] {
      let store = ParameterStore(seed: 3)
      let decoder = TransformerDecoder(store.scope, layers: 2, configuration(first: first))
      let memory = try tensor(file, "transformer/input.0")
      let x = try tensor(file, "transformer/input.1")
      let whole = decoder(x, memory: memory, memoryMask: padding)
      var state = decoder.start(memory: memory, memoryMask: padding)
      let two = decoder(x.sliced(0..<2, axis: 1), continuing: &state)
      expectClose(two, whole.sliced(0..<2, axis: 1), "the first two")
      #expect(state.length == 2)
      state = state.gathered([1, 0, 1])
      let order = x.gathered([1, 0, 1], axis: 0)
      for place in 2..<4 {
        let one = decoder(order.sliced(place..<place + 1, axis: 1), continuing: &state)
        let expected = whole.gathered([1, 0, 1], axis: 0).sliced(place..<place + 1, axis: 1)
        expectClose(one, expected, "token \(place)")
      }
    }
  }

  /// Dropout changes what comes out while training, by the store's generator alone.
  @Test func dropout() throws {
    let store = ParameterStore(seed: 1)
    let layer = TransformerEncoderLayer(store.scope, configuration())
    let x = Tensor((0..<60).map { Float($0 % 7) - 3 }, shape: [1, 5, 12])
    let quiet = layer(x).values
    store.usesDropout = true
    store.generator = RandomGenerator(seed: 3)
    let dropped = layer(x).values
    #expect(dropped != quiet)
    #expect(layer(x).values != dropped)
    store.generator = RandomGenerator(seed: 3)
    #expect(layer(x).values == dropped)
  }

  @Test func embedding() {
    let store = ParameterStore(seed: 1)
    let layer = Embedding(store.scope, count: 4, width: 3)
    let y = layer([[3, 0], [3, 3]])
    #expect(y.shape == [2, 2, 3])
    let table = layer.weight.value.values
    #expect(y.values == Array(table[9...] + table[..<3] + table[9...] + table[9...]))
    let found = gradients(of: y.sum(), for: store.parameters)[0]
    #expect(found?.values == [1, 1, 1, 0, 0, 0, 0, 0, 0, 3, 3, 3])
  }

  private func check(
    _ name: String, _ make: (ParameterScope) -> ([Tensor]) -> Tensor
  ) throws {
    let file = try fixture("transformer")
    let store = ParameterStore(seed: 1)
    let layer = make(store.scope("here"))
    try store.load(file, prefix: "\(name)/parameters/", into: "here")
    let inputs = try file.names.filter { $0.hasPrefix("\(name)/input.") }.sorted()
      .map { try tensor(file, $0).variable() }
    let output = layer(inputs)
    expectClose(output, try tensor(file, "\(name)/output"), name)
    let loss = (output * (try tensor(file, "\(name)/pattern"))).sum()
    let found = gradients(of: loss, for: inputs + store.parameters.map(\.tensor))
    let keys =
      inputs.indices.map { "input.\($0)" } + store.parameters.map { String($0.name.dropFirst(5)) }
    for (key, gradient) in zip(keys, found) {
      expectClose(gradient, try tensor(file, "\(name)/gradients/\(key)"), "\(name), \(key)")
    }
  }
}
