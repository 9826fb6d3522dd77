internal import Tensors

/// Counts right answers and adds up losses over batches of photos that are not learned.
struct Tally {
  private(set) var count = 0
  /// Whether each photo's answer is right, by who says so.
  private(set) var right: [String: [Bool]] = [:]
  private(set) var confusion: [[Int]]
  /// Each photo's losses: `classification 1`, ..., `ranking`, `decision`, and what `add` was given.
  private(set) var photoLosses: [String: [Double]] = [:]

  init(classes: Int) {
    confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
  }

  /// The numbers of right answers.
  var correct: [String: Int] { right.mapValues { $0.count { $0 } } }

  /// The shares of right answers.
  var accuracy: [String: Double] { correct.mapValues { Double($0) / Double(max(1, count)) } }

  /// The means of `photoLosses`.
  var losses: [String: Double] { photoLosses.mapValues { SampleMean($0).mean } }

  /// Whether all losses are numbers.
  private(set) var isFinite = true

  /// Takes a batch.
  mutating func add(_ output: RecurrentAttentionCNN.Output, labels: [Int]) {
    count += labels.count
    let views = output.views
    for (index, view) in views.enumerated() {
      add(-view.logits.logSoftmax().picked(labels), "classification \(index + 1)")
    }
    right.merge(output.right(labels), uniquingKeysWith: +)
    if views.count > 1 {
      add(RankingLoss(views.map(\.logits), classes: labels).ofPhotos, "ranking")
    }
    let decision = output.probabilities
    add(-(decision + 1e-12).log().picked(labels), "decision")
    for (answer, label) in zip(decision.argmax(), labels) {
      confusion[label][answer] += 1
    }
  }

  /// Takes a loss of each photo of a batch, `[N]`.
  mutating func add(_ losses: Tensor, _ name: String) {
    if !losses.isFinite { isFinite = false }
    photoLosses[name, default: []] += losses.values.map(Double.init)
  }
}
