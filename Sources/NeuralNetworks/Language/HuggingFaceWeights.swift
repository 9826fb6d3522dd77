/// A file of Hugging Face's, with the names that the bare network's parameters have.
struct HuggingFaceWeights: WeightSource {
  private let file: any WeightSource
  /// The names in the file, by ours.
  private let theirs: [String: String]
  let names: [String]
  var path: String { file.path }

  /// Opens the file.
  ///
  /// - Parameter prefix: how the network's names start where a head lies on top of it; the names of
  ///   the head are passed over.
  init(_ path: String, prefix: String) throws(LanguageError) {
    do { file = try WeightFile.open(path) } catch { throw .weights(error) }
    let hasHead = file.names.contains { $0.hasPrefix(prefix) }
    var theirs: [String: String] = [:]
    for name in file.names where !hasHead || name.hasPrefix(prefix) {
      var ours = hasHead ? String(name.dropFirst(prefix.count)) : name
      // The numbers from 0 on, which older versions saved.
      if ours == "embeddings.position_ids" { continue }
      // What TensorFlow calls a norm's scale and shift.
      for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")] where ours.hasSuffix(old) {
        ours = ours.dropLast(old.count) + new
      }
      theirs[ours] = name
    }
    self.theirs = theirs
    names = theirs.keys.sortedByBytes()
  }

  /// Whether there are weights of a pooler.
  var hasPooler: Bool { names.contains { $0.hasPrefix("pooler.") } }

  func array(_ name: String) throws(WeightsError) -> WeightArray {
    guard let name = theirs[name] else { throw .missing(path: path, name: name) }
    return try file.array(name)
  }

  /// Throws where a network of those sizes cannot be in the file, before it is made.
  ///
  /// - Parameters:
  ///   - layers: How many there are that do not share weights.
  ///   - embeddings: The shape of the words' embeddings.
  ///   - configuration: Where the sizes were read.
  func expect(
    layers: Int, embeddings: [Int], configuration: String
  ) throws(LanguageError) {
    let name = "embeddings.word_embeddings.weight"
    do throws(WeightsError) {
      let found = try reader(name, lending: false).shape
      if found != embeddings {
        throw .mismatchedShape(path: path, name: name, found: found, expected: embeddings)
      }
    } catch { throw .weights(error) }
    guard layers <= names.count else {
      throw .configuration(
        path: configuration,
        problem: "it tells of \(layers) layers, more than \(path) has arrays")
    }
  }

  /// Sets all parameters of a store.
  func load(into store: ParameterStore) throws(LanguageError) {
    do { try store.load(self) } catch { throw .weights(error) }
  }
}
