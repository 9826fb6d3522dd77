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

  /// The table for people, with the boxes' scores below.
  var text: String {
    var lines = ["accuracy on the \(split) split, \(count) photos:"] + Text.table(rows)
    for box in boxes ?? [] {
      lines.append(
        "boxes of scale \(box.scale): \(Text.percent(box.centerInside)) have their centre inside"
          + " the subject's box, \(Text.percent(box.meanCoverage)) of which they cover; IoU"
          + " \(Text.fixed(box.meanIoU, 2)) (means over \(box.count) photos)")
    }
    return lines.joined(separator: "\n")
  }
}
