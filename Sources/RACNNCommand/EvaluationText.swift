import RACNN

extension Evaluation {
  /// The combinations of scales in the order of tables, as far as they were scored.
  var combinations: [String] {
    let order = ["1", "2", "3", "1+2", "1+2+3"]
    return order.filter { accuracy[$0] != nil }
      + accuracy.keys.filter { !order.contains($0) }.sorted()
  }

  /// Scales, accuracies and right answers, the headings first.
  var rows: [[String]] {
    [["scales", "accuracy", "right"]]
      + combinations.map {
        [$0, Text.percent(accuracy[$0] ?? 0), "\(correct[$0] ?? 0) of \(count)"]
      }
  }

  /// Each control's accuracies, and by how much the learned boxes are better than its.
  private var controlLines: [String] {
    guard let controls else { return [] }
    func text(_ interval: Interval?) -> String {
      guard let interval else { return "" }
      func points(_ share: Double) -> String { Text.fixed(100 * share, 1) }
      return
        "\(points(interval.value)) (\(points(interval.low)) to \(points(interval.high)))"
    }
    // What scale 1 sees is the same for all.
    let keys = combinations.filter { $0 != "1" }
    let scores = controls.map { score in
      [score.control.rawValue] + keys.map { text(score.accuracy[$0]) }
    }
    let advantages = controls.filter { !$0.advantage.isEmpty }.map { score in
      [score.control.rawValue] + keys.map { text(score.advantage[$0]) }
    }
    return ["accuracy by boxes, % (95 % interval over photos):"]
      + Text.table([["boxes"] + keys] + scores)
      + ["learned boxes are better by, points:"] + Text.table([["than"] + keys] + advantages)
  }

  /// The table for people, with the boxes' scores below.
  var text: String {
    var lines = ["accuracy on the \(split) split, \(count) photos:"] + Text.table(rows)
    for box in boxes ?? [] {
      lines.append(
        "boxes of scale \(box.scale): \(Text.percent(box.centerInside)) have their centre inside"
          + " the subject's box, \(Text.percent(box.meanCoverage)) of which they cover; IoU"
          + " \(Text.fixed(box.meanIoU, 2)) (means over \(box.count) photos)")
    }
    for line in controlLines { lines.append(line) }
    return lines.joined(separator: "\n")
  }
}
