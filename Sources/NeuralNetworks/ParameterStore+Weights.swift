package import Tensors

/// How the names and shapes in a file of weights differ from a network's.
public struct WeightsReport: Hashable, Sendable {
  /// An array whose shape is not its parameter's.
  public struct Mismatch: Hashable, Sendable {
    /// The name in the file.
    public let name: String
    /// The shape in the file.
    public let found: [Int]
    /// The shape of the parameter.
    public let expected: [Int]

    /// Names a difference.
    public init(name: String, found: [Int], expected: [Int]) {
      self.name = name
      self.found = found
      self.expected = expected
    }
  }

  /// The file's name.
  public let path: String
  /// Names that the network has and the file lacks, as the file would call them.
  public internal(set) var missing: [String] = []
  /// Names that the file has and the network lacks.
  public internal(set) var unexpected: [String] = []
  /// Arrays of another shape than the network's.
  public internal(set) var mismatched: [Mismatch] = []

  /// The first difference as an error; nil when there is none.
  var error: WeightsError? {
    if let first = mismatched.first {
      return .mismatchedShape(
        path: path, name: first.name, found: first.found, expected: first.expected)
    }
    if let first = missing.first { return .missing(path: path, name: first) }
    return unexpected.first.map { .unexpected(path: path, name: $0) }
  }
}

extension ParameterStore {
  /// Sets the parameters below a path to the arrays of a file, all or, when it throws, none.
  ///
  /// - Parameters:
  ///   - source: where the arrays are.
  ///   - prefix: how names start in the file, as `backbone.`; other names there are passed over.
  ///   - scopePath: where in the network the names continue, as `scales.0.backbone`.
  ///   - allowingMissing: whether the file may lack a parameter, which then keeps its value; it is
  ///     asked with the parameter's full name.
  ///   - allowingUnexpected: whether the file may have an array that the network has no place for;
  ///     it is asked with the name in the file.
  /// - Throws: a `WeightsError` that names the first array that does not fit; `report` gives all.
  /// - Returns: what was missing or unexpected, and allowed.
  @discardableResult
  public func load(
    _ source: some WeightSource, prefix: String = "", into scopePath: String = "",
    allowingMissing: (String) -> Bool = { _ in false },
    allowingUnexpected: (String) -> Bool = { _ in false }
  ) throws(WeightsError) -> WeightsReport {
    try load(
      source, prefix: prefix, into: scopePath, allowingMissing: allowingMissing,
      allowingUnexpected: allowingUnexpected, lending: false)
  }

  /// The same for a network that only predicts.
  ///
  /// - Parameter lending: whether the parameters may share the memory that a safetensors file was read
  ///   into, until they change. It is kept as long as one of them is in it, and nothing else may read
  ///   arrays of that file once kernels have packed some: their memory is given up.
  @discardableResult
  package func load(
    _ source: some WeightSource, prefix: String = "", into scopePath: String = "",
    allowingMissing: (String) -> Bool = { _ in false },
    allowingUnexpected: (String) -> Bool = { _ in false }, lending: Bool
  ) throws(WeightsError) -> WeightsReport {
    var readers: [(Parameter, WeightReader)] = []
    let full = try compare(source, prefix, scopePath, lending) { readers.append(($0, $1)) }
    var denied = full
    let start = scopePath.isEmpty ? "" : scopePath + "."
    denied.missing.removeAll { allowingMissing(start + $0.dropFirst(prefix.count)) }
    denied.unexpected.removeAll(where: allowingUnexpected)
    if let error = denied.error { throw error }
    for (parameter, reader) in readers { parameter.value = reader.tensor() }
    return full
  }

  /// Every difference between a file's names and shapes and those of the parameters below a path;
  /// the parameters of `load`.
  public func report(
    on source: some WeightSource, prefix: String = "", into scopePath: String = ""
  ) throws(WeightsError) -> WeightsReport {
    try compare(source, prefix, scopePath) { _, _ in }
  }

  /// Copies of all parameters and statistics at or below a path, with their names, in the order of
  /// creation.
  public func snapshot(of scopePath: String = "") -> [(String, WeightArray)] {
    Self.snapshot(of: parameters(under: scopePath))
  }

  /// Copies of some parameters, with their names.
  package static func snapshot(of parameters: [Parameter]) -> [(String, WeightArray)] {
    parameters.map {
      ($0.name, WeightArray(shape: $0.value.shape.dimensions, values: $0.value.values))
    }
  }

  /// Sets the parameters to what a snapshot holds, bit for bit.
  ///
  /// - Throws: a `WeightsError` when it holds a name or shape that the store does not; then nothing
  ///   is changed. Parameters that it does not hold keep their values.
  public func restore(_ snapshot: [(String, WeightArray)]) throws(WeightsError) {
    try load(Arrays(snapshot), allowingMissing: { _ in true })
  }

  private func compare(
    _ source: some WeightSource, _ prefix: String, _ scopePath: String,
    _ lending: Bool = false, visit: (Parameter, WeightReader) -> Void
  ) throws(WeightsError) -> WeightsReport {
    var report = WeightsReport(path: source.path)
    // PyTorch counts the batches that a norm has seen; nothing depends on it.
    var found = Set(
      source.names.filter {
        $0.hasPrefix(prefix) && !$0.hasSuffix("num_batches_tracked")
      })
    let start = scopePath.isEmpty ? "" : scopePath + "."
    for parameter in parameters(under: scopePath) where parameter.name.hasPrefix(start) {
      let name = prefix + parameter.name.dropFirst(start.count)
      guard found.remove(name) != nil else {
        report.missing.append(name)
        continue
      }
      let array = try source.reader(name, lending: lending)
      if let companion = array.companion { found.remove(companion) }
      let expected = parameter.value.shape.dimensions
      if array.shape == expected {
        visit(parameter, array)
      } else {
        report.mismatched.append(.init(name: name, found: array.shape, expected: expected))
      }
    }
    report.unexpected = found.sortedByBytes()
    return report
  }
}

/// A snapshot as a source of weights.
private struct Arrays: WeightSource {
  let arrays: [String: WeightArray]

  init(_ snapshot: [(String, WeightArray)]) {
    arrays = Dictionary(snapshot, uniquingKeysWith: { _, last in last })
  }

  var names: [String] { arrays.keys.sortedByBytes() }

  func array(_ name: String) throws(WeightsError) -> WeightArray {
    guard let array = arrays[name] else { throw .missing(path: path, name: name) }
    return array
  }
}
