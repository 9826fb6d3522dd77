/// The epochs of a training as a table, `metrics.csv`; what does not apply to an epoch is left empty.
struct MetricsTable {
  private typealias Column = (name: String, value: (EpochMetrics) -> String)

  private let history: [EpochMetrics]
  private let columns: [Column]

  /// - Parameter scales: How many the network has.
  init(_ history: [EpochMetrics], scales: Int) {
    func number(_ name: String, _ value: @escaping (EpochMetrics) -> Double?) -> Column {
      (name, { value($0).map { "\($0)" } ?? "" })
    }
    let all = (1...scales).map(String.init)
    let pairs = (1..<scales).map { "\($0)-\($0 + 1)" }
    let losses =
      ["total"] + all.map { "classification \($0)" } + pairs.map { "ranking \($0)" }
      + all.dropLast().map { "proposal \($0)" } + (scales > 1 ? ["fusion"] : [])
    let boxes: [(String, KeyPath<BoxStatistics, Double>)] = [
      ("half-side", \.halfSide), ("spread", \.spread), ("saturated", \.saturated),
    ]
    self.history = history
    columns =
      [
        ("stage", { "\"\($0.stage.title)\"" }), ("epoch", { "\($0.epoch)" }),
        ("epochs", { "\($0.epochs)" }),
      ]
      + losses.map { name in number("loss \(name)") { $0.losses[name] } }
      + pairs.map { name in number("active \(name)") { $0.activeHinges[name] } }
      + (1..<scales).flatMap { parent in
        boxes.map { name, value in
          number("\(name) \(parent + 1)") { metrics in
            metrics.boxes.first { $0.scale == parent + 1 }?[keyPath: value]
          }
        }
      }
      + all.map { name in number("training accuracy \(name)") { $0.trainingAccuracy[name] } }
      + Combination.all(scales: scales).map { name in
        number("validation accuracy \(name)") { $0.validationAccuracy[name] }
      }
      + [
        number("validation loss") { $0.validationLoss },
        number("learning rate") { $0.learningRate }, number("seconds") { $0.seconds },
        number("cpu seconds") { $0.cpuSeconds },
        ("warnings", { "\"\($0.warnings.map(\.rawValue).joined(separator: "; "))\"" }),
      ]
  }

  /// Lines of values between commas, the columns' names first.
  var text: String {
    let rows = [columns.map(\.name)] + history.map { metrics in columns.map { $0.value(metrics) } }
    return rows.map { $0.joined(separator: ",") + "\n" }.joined()
  }
}
