import Files
import ImageDatasets
import Images
import RACNN

/// The page about a finished run.
struct RunReport {
  private let run: Run
  /// Photos shown with their crops.
  private static let exampleCount = 8

  init(_ run: Run) { self.run = run }

  /// Writes the page to `path`.
  ///
  /// - Returns: A test photo to try the model with; nil where there is none.
  func write(to path: String) throws -> String? {
    let configuration = run.configuration
    let photos = try ImageDataset(contentsOf: configuration.dataset, manifest: run.manifest)
    let samples = spread(photos.samples[.test] ?? [])
    let evaluation = run.evaluation
    let classifier = try Classifier(contentsOf: run.modelPath)
    func examples(_ paths: [String]?) throws -> [Report.Example] {
      try self.examples(
        (paths ?? []).compactMap { path in photos.samples[.test]?.first { $0.path == path } },
        photos, classifier)
    }
    let report = Report(
      title: "\(FilePath.name(of: run.folder)): RA-CNN on "
        + FilePath.name(of: configuration.dataset),
      facts: facts(photos, classifier.model.framing), accuracy: evaluation?.rows ?? [],
      tables: tables, controls: controls, charts: charts,
      examples: try self.examples(samples, photos, classifier),
      mistakes: try examples(evaluation?.mistakes?.map(\.path)),
      worst: try examples(evaluation?.worstBoxes?.map(\.path)),
      confusion: evaluation.map {
        Confusion(classNames: $0.classes.map(\.name), counts: $0.confusion)
      })
    try AtomicFile.write(report.source, to: path)
    return samples.first.map { photos.path(of: $0) }
  }

  /// A few of `samples`, from all over the list, so that they are of different classes.
  private func spread(_ samples: [Sample]) -> [Sample] {
    let count = min(RunReport.exampleCount, samples.count)
    return (0..<count).map { samples[(2 * $0 + 1) * samples.count / (2 * count)] }
  }

  private func facts(
    _ photos: ImageDataset, _ framing: Framing
  ) -> [(name: String, value: String)] {
    let configuration = run.configuration
    let counts = Split.allCases.map { "\(photos.samples[$0]?.count ?? 0) \($0.rawValue)" }
    let seconds = run.history.reduce(0) { $0 + $1.seconds }
    let cpuSeconds = run.history.reduce(0) { $0 + $1.cpuSeconds }
    return [
      ("data set", configuration.dataset),
      ("photos", counts.joined(separator: ", ")),
      ("classes", "\(photos.classNames.count)"),
      ("backbone", configuration.backbone.rawValue),
      ("weights to start from", configuration.weights ?? "embedded, where there are any"),
      ("input sizes", configuration.inputSizes.map(String.init).joined(separator: ", ")),
      ("source size", "\(configuration.sourceSize)"),
      ("what is shown of a photo", framing.rawValue),
      ("photos a step", "\(configuration.batchSize)"),
      ("seed", "\(configuration.seed)"),
      ("epochs of all stages", "\(run.history.count)"),
      ("computed by", computers),
      ("time in epochs", "\(Text.duration(seconds)), CPU \(Text.duration(cpuSeconds))"),
    ]
  }

  /// What computed the epochs, each named once, and by how many threads.
  private var computers: String {
    var names: [String] = []
    for name in run.history.compactMap(\.kernels) where !names.contains(name) { names.append(name) }
    let threads = run.configuration.computeThreads
    return (names + ["\(threads) thread\(threads == 1 ? "" : "s")"]).joined(separator: ", ")
  }

  private var tables: [(heading: String, rows: [[String]])] {
    [
      ("Boxes against the subjects' own", run.evaluation?.boxRows ?? []),
      ("Accuracy by how large the subject is", run.evaluation?.quartileRows ?? []),
      ("How often answers of a probability are right", run.evaluation?.calibrationRows ?? []),
    ]
  }

  /// One chart for each combination of scales that looks closer, and one of how much better the
  /// decision is with the learned boxes: on the same photos that is known far more closely.
  private var controls: [IntervalChart] {
    guard let evaluation = run.evaluation, let scores = evaluation.controls else { return [] }
    let decision = Combination.first(run.configuration.inputSizes.count)
    let accuracies = evaluation.zoomingCombinations.map { key in
      let who =
        key == decision ? "the decision" : key.contains("+") ? "scales \(key)" : "scale \(key)"
      return IntervalChart(
        title: "Accuracy of \(who) by boxes, %, with 95 % intervals over photos",
        rows: scores.compactMap { score in
          score.accuracy[key].map { (score.control.rawValue, $0) }
        })
    }
    let advantages = IntervalChart(
      title: "Points by which the decision is better with learned boxes than with others",
      rows: scores.compactMap { score in
        score.advantage[decision].map { ("than \(score.control.rawValue)", $0) }
      }, highlightsFirst: false)
    return accuracies + [advantages]
  }

  private var charts: [LineChart] {
    let history = run.history
    var marks: [(epoch: Int, name: String)] = []
    for (index, metrics) in history.enumerated()
    where index == 0 || history[index - 1].stage.phase != metrics.stage.phase {
      marks.append((index, metrics.stage.phase.rawValue))
    }
    func chart(
      _ title: String, _ range: ClosedRange<Double>?, _ names: [String],
      _ value: (EpochMetrics, String) -> Double?
    ) -> LineChart {
      LineChart(
        title: title,
        curves: names.map { name in .init(name: name, values: history.map { value($0, name) }) },
        marks: marks, range: range)
    }
    let scales = Set(history.flatMap { $0.boxes.map(\.scale) }).sorted()
    let boxNames = scales.map { "scale \($0)" }
    func box(_ metrics: EpochMetrics, _ name: String) -> BoxStatistics? {
      metrics.boxes.first { "scale \($0.scale)" == name }
    }
    return [
      chart("Accuracy on the validation split", 0...1, names(\.validationAccuracy)) {
        $0.validationAccuracy[$1]
      },
      chart("Accuracy while learning", 0...1, names(\.trainingAccuracy)) {
        $0.trainingAccuracy[$1]
      },
      chart("Losses", nil, names(\.losses)) { $0.losses[$1] },
      chart("Share of active hinges of the ranking loss", 0...1, names(\.activeHinges)) {
        $0.activeHinges[$1]
      },
      chart("Mean half-side of the boxes, in sides of their parents", 0...0.5, boxNames) {
        box($0, $1)?.halfSide
      },
      chart("Share of saturated boxes", 0...1, boxNames) { box($0, $1)?.saturated },
    ]
  }

  /// The names that are measured in any epoch, short ones first.
  private func names(_ values: (EpochMetrics) -> [String: Double]) -> [String] {
    Set(run.history.flatMap { values($0).keys }).sorted { ($0.count, $0) < ($1.count, $1) }
  }

  private func examples(
    _ samples: [Sample], _ photos: ImageDataset, _ classifier: Classifier
  ) throws -> [Report.Example] {
    try samples.map { sample in
      let path = photos.path(of: sample)
      let photo = try Photo(contentsOf: path, minimumSide: classifier.minimumSide)
      let answer = try classifier.classify(photo, top: 1, crops: true)
      return Report.Example(
        sheet: try CropSheet.image(photo, answer, height: 240).jpegData(quality: 85),
        mediaType: "image/jpeg",
        caption: "\(sample.path): \(photos.classNames[sample.label]), called "
          + CropSheet.title(answer.labels, answer.probabilities))
    }
  }
}
