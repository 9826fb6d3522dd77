import Foundation
import NeuralNetworks
import Tensors
import Testing

/// The examples of README.md, compiled and run; the lines there are the lines here.
@Suite struct AttentionExampleTests {
  @Test func attentionOnATensor() throws {
    // example: attention
    var generator = RandomGenerator(seed: 1)
    let values = (0..<10 * 64).map { _ in generator.normal() }
    let x = Tensor(values, shape: [1, 10, 64]).variable()  // 10 tokens of 64 numbers
    let store = ParameterStore(seed: 1)
    let attention = MultiHeadAttention(store.scope, .init(width: 64, heads: 8, hidden: 256))
    let y = attention(x, mask: .causal)  // each token sees itself and those before it
    let slope = gradients(of: y.squared().sum(), for: [x])[0]
    // end
    #expect(y.shape == [1, 10, 64])
    #expect(slope?.shape == x.shape)
    try expectInReadme("attention")
  }

  @Test func encoderDecoder() throws {
    // example: encoder-decoder
    let store = ParameterStore(seed: 1)
    let model = SequenceTransformer(
      store.scope, sourceCount: 10, targetCount: 10, tokens: .init(padding: 0, start: 1, end: 2),
      encoderLayers: 1, decoderLayers: 1, .init(width: 32, heads: 4, hidden: 64))
    let optimizer = AdamW([ParameterGroup(store.parameters, learningRate: 1e-2)])
    for _ in 0..<50 {  // learn to turn sequences around
      optimizer.step(minimizing: model.loss([[3, 4, 5], [6, 7]], [[5, 4, 3], [7, 6]]))
    }
    let answer = model.greedy([[3, 4, 5]], maximumLength: 5)
    // end
    #expect(answer == [[5, 4, 3]])
    try expectInReadme("encoder-decoder")
  }

  private func expectInReadme(_ name: String) throws {
    let here = URL(filePath: #filePath)
    let lines = try String(contentsOf: here, encoding: .utf8).split(separator: "\n")
    let readme = try String(
      contentsOf: here.appending(path: "../../../README.md").standardized, encoding: .utf8)
    let start = try #require(lines.firstIndex { $0.hasSuffix("// example: \(name)") })
    let end = try #require(lines[start...].firstIndex { $0.hasSuffix("// end") })
    let text = lines[start + 1..<end].map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(readme.contains(text), "README.md shows another example of \(name)")
    #expect(end - start - 1 <= 10, "\(name) has more than ten lines")
  }
}
