/// Names the tensors of a pickle by their paths: keys and indices, joined by dots.
struct PickleNames {
  private let objects: PickleObjects
  /// The tensors' indices in `PickleObjects.tensors`.
  private(set) var tensors: [String: Int] = [:]
  /// About the bytes that were looked at.
  private var work = 0

  struct Problem: Error {
    var text: String
  }

  // Containers that hold the same container twice, level upon level, would never end.
  private static let workLimit = 1 << 28
  private static let depthLimit = 64

  init(_ root: PickleValue, in objects: PickleObjects) throws(Problem) {
    self.objects = objects
    try visit(root, name: "", depth: 0)
  }

  private mutating func visit(
    _ value: PickleValue, name: String, depth: Int
  ) throws(Problem) {
    guard depth <= Self.depthLimit else { throw Self.endless }
    try charge(name)
    switch value {
    case .tensor(let index):
      let name = name.isEmpty ? "tensor" : name
      guard tensors.updateValue(index, forKey: name) == nil else {
        throw Problem(text: "two tensors are called \(name.inMessage)")
      }
    case .tuple(let index), .list(let index):
      for (i, value) in objects.sequences[index].enumerated() {
        try visit(value, name: join(name, "\(i)"), depth: depth + 1)
      }
    case .dictionary(let index):
      // A later value of the same key replaces the earlier one.
      var last: [String: Int] = [:]
      let pairs = objects.dictionaries[index]
      for (i, pair) in pairs.enumerated() {
        let key = key(pair.key, i)
        try charge(key)
        last[key] = i
      }
      for (i, pair) in pairs.enumerated() {
        let key = key(pair.key, i)
        guard last[key] == i else { continue }
        try visit(pair.value, name: join(name, key), depth: depth + 1)
      }
    default: break
    }
  }

  private static let endless = Problem(text: "containers nest without end")

  private mutating func charge(_ text: String) throws(Problem) {
    work += 64 + text.utf8.count
    guard work <= Self.workLimit else { throw Self.endless }
  }

  private func join(_ parent: String, _ key: String) -> String {
    parent.isEmpty ? key : parent + "." + key
  }

  private func key(_ key: PickleValue, _ index: Int) -> String {
    switch key {
    case .text(let text): text
    case .integer(let integer): "\(integer)"
    case .bool(let bool): bool ? "True" : "False"
    default: "#\(index)"
    }
  }
}
