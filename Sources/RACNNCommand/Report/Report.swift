import FoundationEssentials

/// What a run has come to, as one page that needs nothing beside it: no scripts, no other files.
struct Report {
  /// A photo with its crops.
  struct Example {
    /// The contact sheet in a file format that browsers show.
    var sheet: [UInt8]
    /// The kind of `sheet`, such as `image/jpeg`.
    var mediaType: String
    /// What the photo is and what it was called.
    var caption: String
  }

  /// The heading.
  var title: String
  /// What was trained and how: names and values.
  var facts: [(name: String, value: String)]
  /// Rows of scales and accuracies, the headings first.
  var accuracy: [[String]]
  /// Further tables, by their headings, each with its own headings first.
  var tables: [(heading: String, rows: [[String]])] = []
  /// Accuracies by where it looks, with intervals.
  var controls: [IntervalChart] = []
  /// Curves over the epochs.
  var charts: [LineChart]
  /// Photos with their crops.
  var examples: [Example]
  /// Photos that were decided wrong, and surely so.
  var mistakes: [Example] = []
  /// Photos on which the last scale looked least at the subject.
  var worst: [Example] = []
  /// The classes confused, where the test split has been classified.
  var confusion: Confusion?

  /// Matrices of more classes cannot be read.
  private static let matrixLimit = 40

  /// The page.
  var source: String {
    let head = HTML.tag(
      "head", [:], .tag("meta", ["charset": "utf-8"]),
      .tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .tag("title", [:], .text(title)), .tag("style", [:], .text(Report.style)))
    let body = HTML.tag(
      "body", [:],
      [
        .tag("h1", [:], .text(title)), factTable,
        table("Accuracy on the test split", accuracy),
      ]
        + controls.map(\.html) + tables.map { table($0.heading, $0.rows) }
        + charts.map(\.html)
        + [
          figures("Where it looks, on photos of the test split", examples),
          figures("Surest mistakes", mistakes),
          figures("Where it looks least at the subject", worst), confusions,
        ])
    return "<!DOCTYPE html>\n" + HTML.tag("html", ["lang": "en"], head, body).source + "\n"
  }

  private var factTable: HTML {
    .tag(
      "table", ["class": "facts"],
      facts.map {
        .tag("tr", [:], .tag("th", [:], .text($0.name)), .tag("td", [:], .text($0.value)))
      })
  }

  private func table(_ heading: String, _ rows: [[String]]) -> HTML {
    guard let headings = rows.first, rows.count > 1 else { return .group([]) }
    let cells = rows.dropFirst().map { $0.map { HTML.text($0) } }
    return .group([.tag("h2", [:], .text(heading)), .table(headings, Array(cells))])
  }

  private func figures(_ heading: String, _ examples: [Example]) -> HTML {
    guard !examples.isEmpty else { return .group([]) }
    let figures = examples.map { example in
      let data = Data(example.sheet).base64EncodedString()
      return HTML.tag(
        "figure", [:],
        .tag(
          "img",
          ["src": "data:\(example.mediaType);base64,\(data)", "alt": example.caption]),
        .tag("figcaption", [:], .text(example.caption)))
    }
    return .group([.tag("h2", [:], .text(heading))] + figures)
  }

  private var confusions: HTML {
    guard let confusion else { return .group([]) }
    let isSmall = confusion.classNames.count <= Report.matrixLimit
    return .group([
      .tag("h2", [:], .text("Class by class")), confusion.perClass,
      .tag("h2", [:], .text(isSmall ? "Confusion matrix" : "Most frequent mistakes")),
      .tag(
        "p", [:], .text(isSmall ? "Rows: the class. Columns, by number: what it was called." : "")),
      isSmall ? confusion.matrix : confusion.mistakes(30),
    ])
  }

  /// Free of `<`, `>`, `&` and quotes, which escaping would change.
  private static let style = """
    body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em }
    table { border-collapse: collapse } th, td { padding: 2px 10px; text-align: left }
    td + td { font-variant-numeric: tabular-nums } thead th { border-bottom: 1px solid #888 }
    .matrix td { text-align: center; border: 1px solid #eee; min-width: 1.6em; padding: 1px }
    figure { margin: 1.5em 0 } img { max-width: 100% } svg text { font-size: 11px; fill: #555 }
    """
}
