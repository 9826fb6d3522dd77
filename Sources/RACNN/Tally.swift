internal import Tensors

/// Counts right answers and adds up losses over batches of photos that are not learned.
struct Tally {
  private(set) var count = 0
  private(set) var correct: [String: Int] = [:]
  private(set) var confusion: [[Int]]
  private var sums: [String: Double] = [:]

  init(classes: Int) {
    confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// The shares of right answers.
  var accuracy: [String: Double] { correct.mapValues { Double($0) / Double(max(1, count)) } }

  /// The mean losses: `classification 1`, ..., `ranking`, `decision`, and what `add` was given.
  var losses: [String: Double] { sums.mapValues { $0 / Double(max(1, count)) } }

  /// Whether all losses are numbers.
  var isFinite: Bool { sums.values.allSatisfy(\.isFinite) }

  /// The key of the decision from the first `scales` scales: `1`, `1+2`, ...
  static func key(upTo scales: Int) -> String {
    (1...scales).map(String.init).joined(separator: "+")
  }

  /// Takes a batch.
  mutating func add(_ output: RecurrentAttentionCNN.Output, labels: [Int]) {
    count += labels.count
    let views = output.views
    for (index, view) in views.enumerated() {
      add(crossEntropy(view.logits, classes: labels), "classification \(index + 1)", labels.count)
    }
    let answers = output.answers
    for (key, answers) in answers {
      correct[key, default: 0] += zip(answers, labels).count { $0 == $1 }
    }
    if views.count > 1 {
      let ranking = RankingLoss(views.map(\.logits), classes: labels)
      add(ranking.total, "ranking", labels.count)
    }
    let decision = output.probabilities
    add(-(decision + 1e-12).log().picked(labels).mean(), "decision", labels.count)
    for (answer, label) in zip(answers[Self.key(upTo: views.count)] ?? [], labels) {
      confusion[label][answer] += 1
    }
  }

  /// Takes a batch's mean of a loss.
  mutating func add(_ loss: Tensor, _ name: String, _ count: Int) {
    sums[name, default: 0] += Double(loss.item) * Double(count)
  }
}
