import RACNN

extension Evaluation {
  /// The combinations of scales that were scored, in the order of tables.
  var combinations: [String] { Combination.inOrder(accuracy.keys) }

  /// Those that look closer, and that controls are shown of: what scale 1 sees is the same for all.
  var zoomingCombinations: [String] {
    combinations.filter { !(["1"] + Combination.rules).contains($0) }
  }

  /// What a combination is called in tables.
  static func title(_ combination: String) -> String {
    switch combination {
    case Combination.mean: "all, by their mean"
    case Combination.logits: "all, by the sum of their logits"
    case Combination.fusion: "all, by the fusion layer"
    default: combination
    }
  }

  /// Scales, accuracies, right answers and what they cost, the headings first.
  var rows: [[String]] {
    [["scales", "accuracy", "right", "GMAC"]]
      + combinations.map {
        [
          Evaluation.title($0), Text.percent(accuracy[$0] ?? 0),
          "\(correct[$0] ?? 0) of \(count)", cost(of: $0),
        ]
      } + (adaptive.map { [row(of: $0)] } ?? [])
  }

  private func row(of adaptive: AdaptiveScore) -> [String] {
    let accuracy = adaptive.accuracy.value
    return [
      "as many as it takes", Text.percent(accuracy),
      "\(Int((accuracy * Double(count)).rounded())) of \(count)",
      Text.fixed(adaptive.multiplyAccumulates / 1e9, 3),
    ]
  }

  /// The thousand million multiply-accumulates that a combination takes: all scales up to its last, and
  /// the decision those that it needs.
  private func cost(of combination: String) -> String {
    guard let multiplyAccumulates else { return "" }
    let all = multiplyAccumulates.count
    let last = combination.split(separator: "+").last.flatMap { Int($0) } ?? all
    let looked = combination == Combination.first(all) ? looks ?? all : last
    guard looked >= 1, looked <= all else { return "" }
    return Text.fixed(multiplyAccumulates[looked - 1] / 1e9, 3)
  }

  /// A share and its interval, in hundredths.
  static func text(_ interval: Interval?) -> String {
    guard let interval else { return "" }
    func points(_ share: Double) -> String { Text.fixed(100 * share, 1) }
    return "\(points(interval.value)) (\(points(interval.low)) to \(points(interval.high)))"
  }

  /// The boxes' scores by scale, the headings first; empty where there are none.
  var boxRows: [[String]] {
    guard let boxes else { return [] }
    let titles = [
      "boxes of scale", "centre on subject", "box on subject", "subject covered",
      "by nine tenths", "IoU",
    ]
    return [titles]
      + boxes.map {
        [
          "\($0.scale)", Text.percent($0.centerInside),
          $0.meanOnSubject.map(Text.percent) ?? "", Text.percent($0.meanCoverage),
          $0.coversMost.map(Text.percent) ?? "", Text.fixed($0.meanIoU, 2),
        ]
      }
  }

  /// What zooming gains by how large the subject is, the headings first; empty where it is not known.
  var quartileRows: [[String]] {
    guard let quartiles else { return [] }
    return [["subject's share of the photo", "photos", "scale 1", "decision", "gain, points"]]
      + quartiles.map {
        [
          "\(Text.percent($0.least)) to \(Text.percent($0.greatest))", "\($0.count)",
          Text.percent($0.first), Text.percent($0.decision), Evaluation.text($0.gain),
        ]
      }
  }

  /// How probable answers are and how often they are right, the headings first; empty where it is not
  /// known.
  var calibrationRows: [[String]] {
    guard let calibration else { return [] }
    return [["probability of the answer", "photos", "right"]]
      + calibration.bins.map {
        [Text.percent($0.confidence), "\($0.count)", Text.percent($0.accuracy)]
      }
  }

  /// The same in short.
  private var calibrationLines: [String] {
    guard let calibration else { return [] }
    return [
      "probabilities: \(Text.percent(calibration.confidence)) in the mean, where"
        + " \(Text.percent(calibration.accuracy)) are right; expected calibration error"
        + " \(Text.fixed(100 * calibration.expectedError, 1)) points, log loss"
        + " \(Text.fixed(calibration.logLoss, 3))"
    ]
  }

  /// Each control's accuracies, and by how much the learned boxes are better than its.
  private var controlLines: [String] {
    guard let controls else { return [] }
    let text = Evaluation.text
    let keys = zoomingCombinations
    let scores = controls.map { score in
      [score.control.rawValue] + keys.map { text(score.accuracy[$0]) }
    }
    let advantages = controls.filter { !$0.advantage.isEmpty }.map { score in
      [score.control.rawValue] + keys.map { text(score.advantage[$0]) }
    }
    let missing =
      controls.contains { $0.control == .subject }
      ? [] : ["(no true boxes: the data set has none, or not one for each of these photos)"]
    return ["accuracy by boxes, % (95 % interval over photos):"]
      + Text.table([["boxes"] + keys] + scores) + missing
      + ["learned boxes are better by, points:"] + Text.table([["than"] + keys] + advantages)
  }

  /// What looking closer only where needed comes to.
  private var adaptiveLines: [String] {
    guard let adaptive else { return [] }
    let looks = adaptive.looks.enumerated().map { "\(Text.percent($1)) after \($0 + 1)" }
    return [
      "looking closer only below a confidence of \(Text.percent(Double(adaptive.confidence))):"
        + " \(Evaluation.text(adaptive.accuracy)) % right,"
        + " \(Evaluation.text(adaptive.loss)) points less than always looking, at"
        + " \(Text.percent(adaptive.share)) of its arithmetic"
        + " (decided: \(looks.joined(separator: ", ")))"
    ]
  }

  /// This network and others on the same photos, and those of the same architecture taken together.
  private var comparisonLines: [String] {
    guard let comparison else { return [] }
    let members = comparison.members.map { member in
      let key = Combination.first(member.inputSizes.count)
      return [
        member.name, member.inputSizes.map(String.init).joined(separator: "/"),
        Evaluation.text(member.accuracy[key]), Evaluation.text(member.behind),
        Text.fixed(member.multiplyAccumulates / 1e9, 3), Text.fixed(member.cpuSeconds, 3),
      ]
    }
    let groups = comparison.groups.filter { $0.count > 1 }.map { group in
      let scores = combinations.filter { group.mean[$0] != nil }.map { key in
        "\(Evaluation.title(key)): \(Text.fixed(100 * (group.mean[key] ?? 0), 1)) ± "
          + Text.fixed(100 * (group.deviation[key] ?? 0), 1)
      }
      return "\(group.count) models at \(group.inputSizes.map(String.init).joined(separator: "/")),"
        + " mean ± standard deviation, %: " + scores.joined(separator: ", ")
    }
    return ["models on the same photos:"]
      + Text.table(
        [["model", "sizes", "right, %", "behind the first, points", "GMAC", "CPU s a photo"]]
          + members) + groups
  }

  /// The tables for people.
  var text: String {
    var lines = ["accuracy on the \(split) split, \(count) photos:"] + Text.table(rows)
    lines += calibrationLines
    if !boxRows.isEmpty { lines += Text.table(boxRows) }
    if !quartileRows.isEmpty { lines += Text.table(quartileRows) }
    return (lines + controlLines + adaptiveLines + comparisonLines).joined(separator: "\n")
  }
}
