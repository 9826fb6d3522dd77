/// The names of who answers in a network, and in which order tables tell of them: each scale alone
/// (`1`, `2`, ...), the first ones together (`1+2`, ...), and what each rule would give for all: the mean
/// of their probabilities, the sum of their logits, the fusion layer (`mean`, `logits`, `fusion`).
package enum Combination {
  package static let mean = "mean"
  package static let logits = "logits"
  package static let fusion = "fusion"

  /// What is told of all scales beside the decision, in the order of tables.
  package static let rules = [mean, logits, fusion]

  /// The first `scales` scales together; of all that there are, the decision.
  package static func first(_ scales: Int) -> String {
    (1...max(1, scales)).map(String.init).joined(separator: "+")
  }

  /// All of a network of `scales`, in the order of tables.
  static func all(scales: Int) -> [String] {
    guard scales > 1 else { return [first(1)] }
    return (1...scales).map(String.init) + (2...scales).map(first) + rules
  }

  /// Some names in the order of tables.
  package static func inOrder(_ names: some Sequence<String>) -> [String] {
    func place(_ name: String) -> (kind: Int, scales: Int) {
      if let scale = Int(name) { return (0, scale) }
      if name.contains("+") { return (1, name.count { $0 == "+" }) }
      return (2, rules.firstIndex(of: name) ?? rules.count)
    }
    return names.sorted { place($0) < place($1) }
  }
}
