import Foundation

/// Curves on two logarithmic axes, drawn as SVG.
struct LogChart {
  var title: String
  /// The horizontal axis.
  var axis: String
  /// A value of the horizontal axis that is marked, and what it means.
  var mark: (at: Double, name: String)
  var curves: [(name: String, points: [(x: Double, y: Double)])]

  private static let (width, height) = (440.0, 330.0)
  private static let colors = ["#1b6ca8", "#d1495b", "#2e933c", "#8f5bb3"]

  /// Charts in rows of some columns, as one picture.
  static func svg(_ charts: [LogChart], columns: Int) -> String {
    let rows = (charts.count + columns - 1) / columns
    let size = (Double(columns) * width, Double(rows) * height)
    let parts = charts.enumerated().map { index, chart in
      chart.group(x: Double(index % columns) * width, y: Double(index / columns) * height)
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size.0) \(size.1)" \
      width="\(size.0)" height="\(size.1)" font-family="sans-serif" font-size="11">
      <rect width="100%" height="100%" fill="white"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private func group(x: Double, y: Double) -> String {
    let points = curves.flatMap(\.points).filter { $0.x > 0 && $0.y > 0 }
    guard !points.isEmpty else { return "" }
    let horizontal = LogAxis(points.map(\.x) + [mark.at], base: 2, from: 62, to: Self.width - 18)
    let vertical = LogAxis(points.map(\.y), base: 10, from: Self.height - 48, to: 92)
    var parts = [text(title, x: 62, y: 18, attributes: "font-size=\"13\" font-weight=\"bold\"")]
    for tick in horizontal.ticks {
      let place = horizontal.place(tick)
      parts.append(line(place, vertical.from, place, vertical.to, "stroke=\"#e4e4e4\""))
      parts.append(
        text(
          "\(Int(tick))", x: place, y: vertical.from + 15, attributes: "text-anchor=\"middle\""))
    }
    for tick in vertical.ticks {
      let place = vertical.place(tick)
      parts.append(line(horizontal.from, place, horizontal.to, place, "stroke=\"#e4e4e4\""))
      parts.append(
        text(
          Self.power(tick), x: horizontal.from - 6, y: place + 4, attributes: "text-anchor=\"end\"")
      )
    }
    parts.append(
      text(
        axis, x: (horizontal.from + horizontal.to) / 2, y: vertical.from + 32,
        attributes: "text-anchor=\"middle\" font-style=\"italic\""))
    let place = horizontal.place(mark.at)
    parts.append(
      line(place, vertical.from, place, vertical.to, "stroke=\"#777\" stroke-dasharray=\"4\""))
    parts.append(text(mark.name, x: place + 4, y: vertical.to + 10, attributes: "fill=\"#777\""))
    for (index, curve) in curves.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      let places = curve.points.filter { $0.x > 0 && $0.y > 0 }.map {
        (fixed(horizontal.place($0.x)), fixed(vertical.place($0.y)))
      }
      let path = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
      parts.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>")
      parts += places.map { "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"3\" fill=\"\(color)\"/>" }
      parts.append(
        text(curve.name, x: 66, y: 36 + 15 * Double(index), attributes: "fill=\"\(color)\""))
    }
    return "<g transform=\"translate(\(x), \(y))\">\n\(parts.joined(separator: "\n"))\n</g>"
  }

  private func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ attributes: String
  ) -> String {
    "<line x1=\"\(fixed(x1))\" y1=\"\(fixed(y1))\" x2=\"\(fixed(x2))\" y2=\"\(fixed(y2))\" \(attributes)/>"
  }

  private func text(_ text: String, x: Double, y: Double, attributes: String) -> String {
    "<text x=\"\(fixed(x))\" y=\"\(fixed(y))\" \(attributes)>\(text)</text>"
  }

  /// A power of ten as people write it.
  private static func power(_ value: Double) -> String {
    switch value {
    case 0.001..<0.9: fixed(value)
    case 0.9..<9999: "\(Int(value.rounded()))"
    default: value < 1 ? "\(value)" : "1e\("\(Int(value.rounded()))".count - 1)"
    }
  }
}

/// A logarithmic axis: where a value lies between two places.
private struct LogAxis {
  let from: Double
  let to: Double
  /// The powers of the base that enclose all values.
  let ticks: [Double]

  init(_ values: [Double], base: Double, from: Double, to: Double) {
    self.from = from
    self.to = to
    var ticks = [1.0]
    let (least, greatest) = (values.min() ?? 1, values.max() ?? 1)
    while ticks[0] > least * 1.0001 { ticks.insert(ticks[0] / base, at: 0) }
    while ticks.count > 1, ticks[1] <= least * 1.0001 { ticks.removeFirst() }
    while let last = ticks.last, last < greatest * 0.9999 {
      ticks.append(last * base)
      if ticks[1] <= least * 1.0001 { ticks.removeFirst() }
    }
    if ticks.count == 1 { ticks.append(ticks[0] * base) }
    self.ticks = ticks
  }

  func place(_ value: Double) -> Double {
    let (first, last) = (ticks[0], ticks[ticks.count - 1])
    return from + (to - from) * log(value / first) / log(last / first)
  }
}
