/// Which class was taken for which.
struct Confusion {
  /// The classes' names, in the order of their numbers.
  let classNames: [String]
  /// How many photos of the class of a row were called the class of a column.
  let counts: [[Int]]

  /// Takes counts in rows and columns for `classNames`; others are a programmer's error.
  init(classNames: [String], counts: [[Int]]) {
    precondition(
      counts.count == classNames.count && counts.allSatisfy { $0.count == classNames.count },
      "Confusion: \(classNames.count) classes need as many rows and columns")
    self.classNames = classNames
    self.counts = counts
  }

  /// For each class: photos, share recognised, share right among those so called, worst mistake.
  var perClass: HTML {
    let rows = classNames.indices.map { label -> [HTML] in
      let photos = counts[label].reduce(0, +)
      let called = counts.reduce(0) { $0 + $1[label] }
      let mistakes = counts[label].indices.filter { $0 != label && counts[label][$0] > 0 }
      let worst = mistakes.max { counts[label][$0] < counts[label][$1] }
      return [
        .text(classNames[label]), .text("\(photos)"),
        .text(Confusion.share(counts[label][label], photos)),
        .text(Confusion.share(counts[label][label], called)),
        .text(worst.map { "\(classNames[$0]) (\(counts[label][$0]))" } ?? ""),
      ]
    }
    return .table(["class", "photos", "recall", "precision", "most often taken for"], rows)
  }

  /// The matrix with a shade for each count; rows are the classes, columns what they were called.
  var matrix: HTML {
    let head = HTML.tag(
      "tr", [:],
      [HTML.tag("th", [:])] + classNames.indices.map { .tag("th", [:], .text("\($0 + 1)")) })
    let rows = counts.enumerated().map { label, row -> HTML in
      let total = max(1, row.reduce(0, +))
      let cells = row.enumerated().map { column, count -> HTML in
        let hue = column == label ? "46,147,60" : "209,73,91"
        let shade = Text.fixed(count == 0 ? 0 : 0.15 + 0.75 * Double(count) / Double(total), 2)
        return .tag(
          "td", ["style": "background:rgba(\(hue),\(shade))"],
          .text(count == 0 ? "" : "\(count)"))
      }
      return .tag("tr", [:], [.tag("th", [:], .text("\(label + 1) \(classNames[label])"))] + cells)
    }
    return .tag("table", ["class": "matrix"], [head] + rows)
  }

  /// The most frequent mistakes, for data sets whose matrix would be too large to read.
  func mistakes(_ count: Int) -> HTML {
    var found: [(label: Int, called: Int, photos: Int)] = []
    for (label, row) in counts.enumerated() {
      for (called, photos) in row.enumerated() where called != label && photos > 0 {
        found.append((label, called, photos))
      }
    }
    // The sort is not stable: ties go by the classes' numbers, so that a report is reproducible.
    found.sort { ($1.photos, $0.label, $0.called) < ($0.photos, $1.label, $1.called) }
    return .table(
      ["class", "taken for", "photos"],
      found.prefix(count).map {
        [.text(classNames[$0.label]), .text(classNames[$0.called]), .text("\($0.photos)")]
      })
  }

  private static func share(_ part: Int, _ whole: Int) -> String {
    whole == 0 ? "-" : Text.percent(Double(part) / Double(whole))
  }
}
