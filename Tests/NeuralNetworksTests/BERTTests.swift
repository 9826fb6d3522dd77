import Foundation
import NeuralNetworks
import Tensors
import Testing

/// BERT and ALBERT against Hugging Face's, with weights loaded from the files that its library
/// saved; see Tests/ReferenceImplementations/bert.py.
@Suite struct BERTTests {
  private let batch = TokenBatch([
    TokenSequence(ids: [2, 7, 9, 31, 3, 12, 3], segments: [0, 0, 0, 0, 0, 1, 1]),
    TokenSequence(ids: [2, 40, 3]),
    TokenSequence(ids: [2, 1, 1, 5, 3], segments: [0, 0, 1, 1, 1]),
  ])

  @Test func bert() throws {
    let network = try BERT(contentsOf: Sentences.path("bert"))
    try check("bert", network.store) { network(batch) }
  }

  @Test func albert() throws {
    let network = try ALBERT(contentsOf: Sentences.path("albert"))
    #expect(network.configuration.groups == 2 && network.configuration.layersPerGroup == 2)
    try check("albert", network.store) { network(batch) }
  }

  private func check(_ name: String, _ store: ParameterStore, _ run: () -> BERTOutput) throws {
    let file = try fixture(name)
    func compare(_ label: String) throws {
      let output = run()
      let pooled = try #require(output.pooled)
      // Vectors of padding mean nothing, and are zeros in the file.
      let real = Tensor(
        batch.lengths.flatMap { n in (0..<batch.length).map { $0 < n ? 1 : 0 } },
        shape: [batch.count, batch.length, 1])
      let tokens = output.tokens * real
      expectClose(tokens, try tensor(file, "tokens"), "\(label), tokens")
      expectClose(pooled, try tensor(file, "pooled"), "\(label), pooled")
      let loss =
        (tokens * (try tensor(file, "patterns/tokens"))).sum()
        + (pooled * (try tensor(file, "patterns/pooled"))).sum()
      let found = gradients(of: loss, for: store.parameters)
      #expect(found.count > 20)
      for (parameter, gradient) in zip(store.parameters, found) {
        let expected = try tensor(file, "gradients/\(parameter.name)")
        // The gradient of a key's bias is zero but for rounding: it moves all scores alike.
        guard !parameter.name.hasSuffix("key.bias") else {
          #expect((gradient?.values.map(abs).max() ?? 1) < 1e-3)
          continue
        }
        // That of a query's is the small rest of sums that nearly cancel, below 1e-3 here: there
        // rounding alone comes to 1e-7.
        let tolerance: Float = parameter.name.hasSuffix("query.bias") ? 5e-4 : 1e-4
        expectClose(gradient, expected, "\(label), \(parameter.name)", tolerance: tolerance)
      }
    }
    try compare(name)
    try Kernels.withReference { try compare("\(name), reference") }
  }

  /// Networks with a head on top, TensorFlow's names of norms, and saved position numbers.
  @Test func readsFilesOfOtherNetworks() throws {
    let folder = try TemporaryModel(copying: "bert")
    let plain = try fixture("bert/model")
    func write(_ rename: (String) -> String?) throws {
      var arrays: [(String, WeightArray)] = []
      for name in plain.names {
        if let new = rename(name) { arrays.append((new, try plain.array(name))) }
      }
      arrays.append(("cls.predictions.bias", WeightArray(shape: [1], values: [0])))
      arrays.append(("bert.embeddings.position_ids", WeightArray(shape: [1], values: [0])))
      try SafetensorsFile.write(arrays, metadata: [:], to: folder.path + "/model.safetensors")
    }
    try write { name in
      "bert."
        + name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
        .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
    }
    let expected = try BERT(contentsOf: Sentences.path("bert"))(batch)
    let found = try BERT(contentsOf: folder.path)(batch)
    #expect(found.tokens.values == expected.tokens.values)
    #expect(found.pooled?.values == expected.pooled?.values)
    try write { $0.hasPrefix("pooler.") ? nil : "bert." + $0 }
    #expect(try BERT(contentsOf: folder.path)(batch).pooled == nil)
    try write { $0.hasPrefix("encoder.layer.1.") ? nil : "bert." + $0 }
    #expect {
      try BERT(contentsOf: folder.path)
    } throws: { error in
      "\(error)".contains("encoder.layer.1.attention")
    }
  }

  @Test(arguments: [
    ("[]", "no JSON object"), ("{", "no JSON object"),
    (#"{"hidden_size": 0}"#, "hidden_size"), (#"{"hidden_size": "a"}"#, "hidden_size"),
    (#"{"hidden_size": 1e30}"#, "hidden_size"), (#"{"hidden_size": 2.5}"#, "hidden_size"),
    (#"{"hidden_size": 1048576, "num_attention_heads": 1, "vocab_size": 1048576}"#, "weights"),
    (#"{"num_attention_heads": 7}"#, "7 heads"), (#"{"layer_norm_eps": -1}"#, "layer_norm_eps"),
    (#"{"hidden_act": "mish"}"#, "mish"), (#"{"model_type": "roberta"}"#, "roberta"),
    (#"{"position_embedding_type": "relative_key"}"#, "relative_key"),
    (#"{"position_embedding_type": 5}"#, "position_embedding_type"),
    (#"{"hidden_act": 5}"#, "hidden_act"), (#"{"vocab_size": true}"#, "vocab_size"),
    (#"{"is_decoder": true}"#, "is_decoder"), (#"{"is_decoder": 1}"#, "is_decoder"),
  ])
  func saysWhatIsWrongWithAConfiguration(text: String, mention: String) throws {
    let folder = try TemporaryModel(copying: "bert")
    try Data(text.utf8).write(to: URL(filePath: folder.path + "/config.json"))
    #expect {
      try BERT(contentsOf: folder.path)
    } throws: { error in
      error is LanguageError && "\(error)".contains(mention) && "\(error)".contains("config.json")
    }
  }

  /// Sizes that are not those of the file are found before a network of them is made.
  @Test(arguments: [
    (
      #"{"vocab_size": 43, "hidden_size": 20, "num_attention_heads": 1, "num_hidden_layers": 1000000,"#
        + #" "intermediate_size": 1}"#, "1000000 layers"
    ),
    (
      #"{"vocab_size": 1000000, "hidden_size": 4000, "num_attention_heads": 1,"#
        + #" "num_hidden_layers": 1, "intermediate_size": 1}"#, "word_embeddings"
    ),
  ])
  func takesNoSizesThatTheFileHasNot(text: String, mention: String) throws {
    let folder = try TemporaryModel(copying: "bert")
    try Data(text.utf8).write(to: URL(filePath: folder.path + "/config.json"))
    #expect {
      try BERT(contentsOf: folder.path)
    } throws: { error in error is LanguageError && "\(error)".contains(mention) }
  }

  @Test func drawsWeightsByTheSeed() {
    var configuration = BERTConfiguration()
    configuration.vocabularySize = 43
    configuration.width = 12
    configuration.heads = 3
    configuration.hidden = 8
    configuration.layers = 1
    let networks = [1, 1, 2].map { BERT(configuration, seed: $0) }
    let outputs = networks.map { $0(batch).tokens.values }
    #expect(outputs[0] == outputs[1] && outputs[0] != outputs[2])
    networks[0].store.usesDropout = true
    #expect(networks[0](batch).tokens.values != outputs[0])
  }
}

/// A copy of a model among the fixtures, which goes when the value does.
final class TemporaryModel {
  let path: String

  init(copying name: String) throws {
    path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.copyItem(atPath: Sentences.path(name), toPath: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
