/// Curves over the epochs of a run, as an inline SVG picture.
package struct LineChart {
  /// One curve: a value for each epoch, or none where it was not measured.
  package struct Curve {
    /// What the legend calls it.
    package var name: String
    /// The values, one an epoch.
    package var values: [Double?]

    package init(name: String, values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// What is drawn, said in the heading.
  package var title: String
  /// The curves, in the order of the legend.
  package var curves: [Curve]
  /// The first epochs of phases, with the phases' names.
  package var marks: [(epoch: Int, name: String)]
  /// The range of the vertical axis; nil: from the least to the greatest value.
  package var range: ClosedRange<Double>?

  package init(
    title: String, curves: [Curve], marks: [(epoch: Int, name: String)] = [],
    range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.curves = curves
    self.marks = marks
    self.range = range
  }

  /// As many as a network of three scales has losses, lest two curves look alike.
  private static let colors = [
    "#1b6ca8", "#d1495b", "#2e933c", "#8f5bb3", "#c98500", "#444444", "#12908e", "#d63fa8",
    "#7a5230",
  ]
  private static let (left, top, width, height) = (52.0, 22.0, 560.0, 200.0)

  /// The heading, the picture and the legend; nothing where there is nothing to draw.
  package var html: HTML {
    let values = curves.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
    guard let least = values.min(), let greatest = values.max() else { return .group([]) }
    let bounds = range ?? (least...max(greatest, least + 1e-3))
    let count = curves.map(\.values.count).max() ?? 0
    let legend = curves.enumerated().map { index, curve in
      HTML.tag("span", ["style": "color:\(Self.color(index))"], .text("— \(curve.name) "))
    }
    let picture = HTML.tag(
      "svg",
      [
        "viewBox": "0 0 640 260", "width": "640", "height": "260", "role": "img",
        "aria-label": title,
      ],
      grid(bounds) + phases(count) + lines(bounds, count))
    return .tag(
      "figure", [:], .tag("h2", [:], .text(title)), picture, .tag("figcaption", [:], legend))
  }

  private func x(_ epoch: Int, _ count: Int) -> Double {
    Self.left + Self.width * Double(epoch) / Double(max(1, count - 1))
  }

  private func y(_ value: Double, _ bounds: ClosedRange<Double>) -> Double {
    let share = (value - bounds.lowerBound) / (bounds.upperBound - bounds.lowerBound)
    return Self.top + Self.height * (1 - min(1, max(0, share)))
  }

  private func grid(_ bounds: ClosedRange<Double>) -> [HTML] {
    (0...4).flatMap { step in
      let span = bounds.upperBound - bounds.lowerBound
      let value = bounds.lowerBound + span * Double(step) / 4
      let height = Text.fixed(y(value, bounds), 1)
      return [
        HTML.tag(
          "line",
          [
            "x1": Text.fixed(Self.left, 1), "x2": Text.fixed(Self.left + Self.width, 1),
            "y1": height, "y2": height, "stroke": "#ddd",
          ]),
        .tag(
          "text",
          ["x": Text.fixed(Self.left - 6, 1), "y": height, "text-anchor": "end", "dy": "4"],
          .text(Text.fixed(value, span < 2 ? 2 : 1))),
      ]
    }
  }

  private func phases(_ count: Int) -> [HTML] {
    // Names stand above and below in turn: some phases last an epoch, less than a name is wide.
    let (above, below) = (Self.top - 8, Self.top + Self.height + 14)
    return marks.enumerated().flatMap { index, mark in
      let place = Text.fixed(x(mark.epoch, count), 1)
      let isLast = mark.epoch == count - 1 && count > 1
      return [
        HTML.tag(
          "line",
          [
            "x1": place, "x2": place, "y1": Text.fixed(Self.top, 1),
            "y2": Text.fixed(Self.top + Self.height, 1), "stroke": "#bbb", "stroke-dasharray": "3",
          ]),
        .tag(
          "text",
          [
            "x": place, "y": Text.fixed(index.isMultiple(of: 2) ? above : below, 1),
            "text-anchor": isLast ? "end" : "start",
          ], .text(mark.name)),
      ]
    }
  }

  /// A polyline a stretch without gaps, and a dot for each value, which a single one needs.
  private func lines(_ bounds: ClosedRange<Double>, _ count: Int) -> [HTML] {
    curves.enumerated().flatMap { index, curve -> [HTML] in
      let stretches = curve.values.enumerated().split { $0.element?.isFinite != true }
      return stretches.flatMap { stretch -> [HTML] in
        let points = stretch.map { epoch, value in
          (Text.fixed(x(epoch, count), 1), Text.fixed(y(value ?? 0, bounds), 1))
        }
        let line = HTML.tag(
          "polyline",
          [
            "points": points.map { "\($0.0),\($0.1)" }.joined(separator: " "), "fill": "none",
            "stroke": Self.color(index), "stroke-width": "2",
          ])
        let dots = points.map { point in
          HTML.tag(
            "circle", ["cx": point.0, "cy": point.1, "r": "2.5", "fill": Self.color(index)])
        }
        return [line] + dots
      }
    }
  }

  private static func color(_ index: Int) -> String { colors[index % colors.count] }
}
