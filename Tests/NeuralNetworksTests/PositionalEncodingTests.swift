import NeuralNetworks
import Tensors
import Testing

/// Positional encodings against the implementation whose options they have; see
/// Tests/ReferenceImplementations/sequences.py.
@Suite struct PositionalEncodingTests {
  @Test(arguments: [false, true], [false, true])
  func sinusoidal(zeroPad: Bool, scale: Bool) throws {
    let expected = try tensor(
      try fixture("sequences"), "sinusoidal/\(zeroPad ? 1 : 0)\(scale ? 1 : 0)")
    let encoding = SinusoidalEncoding(width: 9, zeroPad: zeroPad, scale: scale)
    let table = encoding.table(length: 23)
    expectClose(table, expected, "table", tolerance: 1e-6)
    #expect(encoding.table(length: 4, from: 2).values == table.sliced(2..<6, axis: 0).values)
    let x = Tensor.ones([2, 23, 9])
    expectClose(encoding(x), expected + x, "added", tolerance: 1e-6)
    #expect((table.values.prefix(9).allSatisfy { $0 == 0 }) == zeroPad)
  }

  @Test func sinusoidal2D() throws {
    let expected = try tensor(try fixture("sequences"), "sinusoidal2D")
    let encoding = SinusoidalEncoding2D(channels: 12)
    expectClose(encoding.table(height: 3, width: 5), expected, "table", tolerance: 1e-6)
    let x = Tensor.ones([2, 12, 3, 5])
    expectClose(encoding(x), x + expected, "added", tolerance: 1e-6)
  }

  @Test func learned() {
    let store = ParameterStore(seed: 1)
    let encoding = LearnedEncoding(store.scope("positions"), maximumLength: 5, width: 3)
    let weight = encoding.weight.value
    let output = encoding(Tensor.zeros([2, 2, 3]), from: 1)
    #expect(
      output.values == weight.sliced(1..<3, axis: 0).values + weight.sliced(1..<3, axis: 0).values)
    let gradient = gradients(of: output.sum(), for: [encoding.weight])[0]
    #expect(gradient?.values == [0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0])
  }
}
