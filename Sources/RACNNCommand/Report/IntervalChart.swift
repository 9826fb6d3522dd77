import RACNN

/// Shares with their intervals, a line each, as an inline SVG picture.
struct IntervalChart {
  /// What is drawn, said in the heading.
  var title: String
  /// Names and shares, from top to bottom.
  var rows: [(name: String, interval: Interval)]
  /// Whether the first is what the others are compared with.
  var highlightsFirst = true

  private static let (left, width, step) = (150.0, 420.0, 26.0)

  /// The heading and the picture; nothing where there is nothing to draw.
  var html: HTML {
    guard let low = rows.map(\.interval.low).min(), let high = rows.map(\.interval.high).max()
    else { return .group([]) }
    // Whole steps of five points, with room for a single row of no spread.
    let bounds = ((low * 20).rounded(.down) / 20, (high * 20).rounded(.up) / 20)
    let span = max(0.05, bounds.1 - bounds.0)
    func x(_ share: Double) -> String {
      Text.fixed(Self.left + Self.width * (share - bounds.0) / span, 1)
    }
    let height = Self.step * Double(rows.count + 1) + 10
    let ticks = (0...Int((span * 20).rounded())).map { bounds.0 + Double($0) / 20 }
    let picture = HTML.tag(
      "svg",
      [
        "viewBox": "0 0 640 \(Text.fixed(height, 0))", "width": "640",
        "height": Text.fixed(height, 0), "role": "img", "aria-label": title,
      ],
      ticks.flatMap { tick($0, x, height) }
        + rows.enumerated().flatMap { row($0, $1.name, $1.interval, x) })
    return .tag("figure", [:], .tag("h2", [:], .text(title)), picture)
  }

  private func tick(_ share: Double, _ x: (Double) -> String, _ height: Double) -> [HTML] {
    let points = Int((100 * share).rounded())
    return [
      .tag(
        "line",
        [
          "x1": x(share), "x2": x(share), "y1": "4", "y2": Text.fixed(height - 20, 1),
          "stroke": points == 0 ? "#888" : "#ddd",
        ]),
      .tag(
        "text", ["x": x(share), "y": Text.fixed(height - 6, 1), "text-anchor": "middle"],
        .text("\(points)")),
    ]
  }

  private func row(
    _ index: Int, _ name: String, _ interval: Interval, _ x: (Double) -> String
  ) -> [HTML] {
    let y = Text.fixed(Self.step * (Double(index) + 0.7), 1)
    let color = highlightsFirst && index == 0 ? "#1b6ca8" : "#444444"
    return [
      .tag(
        "text",
        ["x": Text.fixed(Self.left - 10, 1), "y": y, "text-anchor": "end", "dy": "4"],
        .text(name)),
      .tag(
        "line",
        [
          "x1": x(interval.low), "x2": x(interval.high), "y1": y, "y2": y, "stroke": color,
          "stroke-width": "2",
        ]),
      .tag("circle", ["cx": x(interval.value), "cy": y, "r": "4.5", "fill": color]),
    ]
  }
}
