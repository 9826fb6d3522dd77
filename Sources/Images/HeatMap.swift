/// A table of numbers as a picture: red above zero, blue below, white at zero, with its axes and
/// what the colours mean.
public struct HeatMap {
  /// The numbers, row by row from the top.
  public let values: [Float]
  /// Rows of the table.
  public let rows: Int
  /// Columns of the table.
  public let columns: Int
  /// What stands above the picture.
  public var title: String
  /// What the columns are.
  public var columnLabel: String
  /// What the rows are.
  public var rowLabel: String

  /// Describes a picture; the number of values must be that of the cells, of which there is one at
  /// least.
  public init(
    values: [Float], rows: Int, columns: Int, title: String, columnLabel: String, rowLabel: String
  ) {
    precondition(
      rows > 0 && columns > 0 && values.count == rows * columns,
      "HeatMap: \(values.count) values for \(rows) rows and \(columns) columns")
    self.values = values
    self.rows = rows
    self.columns = columns
    self.title = title
    self.columnLabel = columnLabel
    self.rowLabel = rowLabel
  }

  fileprivate static let ink = Color(red: 30, green: 30, blue: 30)
  fileprivate static let textScale = 2
  private static let line = Font.height * textScale + 6
  private static let tick = 6
  private static let bar = 18

  /// Draws it with cells of whole pixels, the table being about that large.
  public func rendered(width: Int = 1000, height: Int = 600) -> Image {
    let cell = (width: max(1, width / columns), height: max(1, height / rows))
    let table = (width: cell.width * columns, height: cell.height * rows)
    let limit = values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
    let (bottom, top) = (HeatMap.text(-limit), HeatMap.text(limit))
    let numbers = HeatMap.width("\(rows)") + HeatMap.tick + 4
    let (left, upper) = (12 + HeatMap.line + numbers, 2 * HeatMap.line)
    let barLeft = left + table.width + 24
    let right =
      barLeft + HeatMap.bar + HeatMap.tick + 4 + max(HeatMap.width(bottom), HeatMap.width(top))
    var image = Image(
      width: max(right, left + HeatMap.width(title)) + 16,
      height: upper + table.height + HeatMap.tick + 2 * HeatMap.line + 12, color: .white)
    for row in 0..<rows {
      for column in 0..<columns {
        let (x, y) = (left + column * cell.width, upper + row * cell.height)
        image.fill(
          x..<x + cell.width, y..<y + cell.height,
          HeatMap.color(values[row * columns + column], limit))
      }
    }
    image.write(title, x: left, y: 8)
    let end = upper + table.height
    for number in HeatMap.ticks(columns) {
      let x = left + number * cell.width + cell.width / 2
      image.fill(x..<x + 1, end..<end + HeatMap.tick, HeatMap.ink)
      image.write("\(number)", x: x - HeatMap.width("\(number)") / 2, y: end + HeatMap.tick + 2)
    }
    image.write(
      columnLabel, x: left + (table.width - HeatMap.width(columnLabel)) / 2,
      y: end + HeatMap.tick + HeatMap.line)
    for number in HeatMap.ticks(rows) {
      let y = upper + number * cell.height + cell.height / 2
      image.fill(left - HeatMap.tick..<left, y..<y + 1, HeatMap.ink)
      image.write(
        "\(number)", x: left - HeatMap.tick - 4 - HeatMap.width("\(number)"),
        y: y - Font.height * HeatMap.textScale / 2)
    }
    // The label of the rows reads from bottom to top beside them.
    var label = Image(width: HeatMap.width(rowLabel) + 2, height: HeatMap.line, color: .white)
    label.write(rowLabel, x: 0, y: 0)
    label = label.turnedLeft()
    image.draw(label, x: 8, y: upper + max(0, table.height - label.height) / 2)
    // What the colours mean.
    for y in 0..<table.height {
      let share = 1 - 2 * (Float(y) + 0.5) / Float(table.height)
      image.fill(
        barLeft..<barLeft + HeatMap.bar, upper + y..<upper + y + 1, HeatMap.color(share, 1))
    }
    for (share, text) in [(0.0, top), (0.5, "0"), (1.0, bottom)] {
      let y = upper + Int(share * Double(table.height - 1))
      image.fill(
        barLeft + HeatMap.bar..<barLeft + HeatMap.bar + HeatMap.tick, y..<y + 1, HeatMap.ink)
      image.write(
        text, x: barLeft + HeatMap.bar + HeatMap.tick + 4,
        y: y - Font.height * HeatMap.textScale / 2)
    }
    return image
  }

  /// From blue through white to red; equal steps of the value are about equal to the eye.
  private static func color(_ value: Float, _ limit: Float) -> Color {
    guard value.isFinite, limit > 0 else { return .white }
    let share = min(abs(value) / limit, 1)
    let full: (Float, Float, Float) = value > 0 ? (178, 24, 43) : (33, 102, 172)
    func mixed(_ full: Float) -> UInt8 { UInt8(255 + (full - 255) * share) }
    return Color(red: mixed(full.0), green: mixed(full.1), blue: mixed(full.2))
  }

  /// Numbers along an axis: multiples of 1, 2 or 5 times a power of ten, at most nine of them.
  private static func ticks(_ count: Int) -> [Int] {
    var (step, index) = (1, 0)
    while count > 8 * step {
      step = index % 3 == 1 ? step / 2 * 5 : step * 2
      index += 1
    }
    return Array(stride(from: 0, to: count, by: step))
  }

  private static func width(_ text: String) -> Int { Font.width(of: text) * textScale }

  /// A number with two decimals, in any locale.
  private static func text(_ value: Float) -> String {
    guard abs(value) < 1e9 else { return "\(value)" }
    let hundredths = Int((abs(value) * 100).rounded())
    let decimals = hundredths % 100
    return (value < 0 ? "-" : "") + "\(hundredths / 100)." + (decimals < 10 ? "0" : "")
      + "\(decimals)"
  }
}

extension Image {
  fileprivate mutating func write(_ text: String, x: Int, y: Int) {
    draw(text, x: x, y: y, scale: HeatMap.textScale, color: HeatMap.ink)
  }

  /// The picture turned a quarter against the clock.
  fileprivate func turnedLeft() -> Image {
    var result = Image(width: height, height: width, color: .white)
    for y in 0..<height {
      for x in 0..<width { result[y, width - 1 - x] = self[x, y] }
    }
    return result
  }
}
