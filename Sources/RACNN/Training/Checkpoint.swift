internal import NeuralNetworks
internal import Tensors

/// The whole state of a training in one file, so that it is there whole or not at all.
struct Checkpoint {
  private static let format = "racnn checkpoint 1"
  private static let model = "model/"
  private static let optimizer = "optimizer/"
  private static let best = "best/"

  let state: TrainingState
  let optimizer: [String: WeightArray]
  let best: [(String, WeightArray)]

  /// Writes the state with the parameters of `store`.
  func write(_ store: ParameterStore, to path: String) throws {
    var arrays = store.snapshot().map { (Self.model + $0.0, $0.1) }
    for name in optimizer.keys.sorted() {
      if let array = optimizer[name] { arrays.append((Self.optimizer + name, array)) }
    }
    arrays += best.map { (Self.best + $0.0, $0.1) }
    try SafetensorsFile.write(
      arrays, metadata: ["format": Self.format, "state": try JSON.text(state)], to: path)
  }

  /// Reads the state, and the parameters into `store`.
  init(contentsOf path: String, into store: ParameterStore) throws {
    let file = try SafetensorsFile(contentsOf: path)
    try file.verifyChecksum(isRequired: true)
    guard file.metadata["format"] == Self.format, let text = file.metadata["state"] else {
      throw RACNNError.unusableRun(
        path: path, reason: "it is no checkpoint of this version", cure: "start a new run")
    }
    do {
      state = try JSON.value(TrainingState.self, from: text)
    } catch {
      throw RACNNError.unusableRun(
        path: path, reason: "its state cannot be read (\(error))", cure: "start a new run")
    }
    try store.load(file, prefix: Self.model)
    var optimizer: [String: WeightArray] = [:]
    var best: [(String, WeightArray)] = []
    for name in file.names {
      if name.hasPrefix(Self.optimizer) {
        optimizer[String(name.dropFirst(Self.optimizer.count))] = try file.array(name)
      } else if name.hasPrefix(Self.best) {
        best.append((String(name.dropFirst(Self.best.count)), try file.array(name)))
      }
    }
    self.optimizer = optimizer
    self.best = best
  }

  init(state: TrainingState, optimizer: [String: WeightArray], best: [(String, WeightArray)]) {
    self.state = state
    self.optimizer = optimizer
    self.best = best
  }
}
