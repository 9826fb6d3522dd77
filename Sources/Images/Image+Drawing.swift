extension Image {
  /// Draws the outline of `rectangle`, `thickness` pixels wide, inwards from its rounded edges; what
  /// lies outside of the picture is left out.
  public mutating func draw(_ rectangle: Rectangle, color: Color, thickness: Int) {
    let left = Image.pixel(rectangle.x)
    let top = Image.pixel(rectangle.y)
    let right = Image.pixel(rectangle.x + rectangle.width)
    let bottom = Image.pixel(rectangle.y + rectangle.height)
    guard left < right, top < bottom, thickness > 0 else { return }
    let inner = (
      left: min(left + thickness, right), top: min(top + thickness, bottom),
      right: max(right - thickness, left), bottom: max(bottom - thickness, top)
    )
    fill(left..<right, top..<inner.top, color)
    fill(left..<right, inner.bottom..<bottom, color)
    fill(left..<inner.left, top..<bottom, color)
    fill(inner.right..<right, top..<bottom, color)
  }

  /// Draws `image` with its corner at (x, y); what lies outside of this picture is left out.
  public mutating func draw(_ image: Image, x: Int, y: Int) {
    let columns = (0..<width).clamped(to: x..<x + image.width)
    let rows = (0..<height).clamped(to: y..<y + image.height)
    guard !columns.isEmpty else { return }
    for row in rows {
      let to = 3 * (row * width + columns.lowerBound)
      let from = 3 * ((row - y) * image.width + columns.lowerBound - x)
      let count = 3 * columns.count
      pixels.replaceSubrange(to..<to + count, with: image.pixels[from..<from + count])
    }
  }

  /// Draws one line of text, its upper left corner at (x, y).
  ///
  /// - Parameter scale: the side of a dot; a character takes `Font.advance * scale` pixels of a row
  ///   and `Font.height * scale` rows. Characters without a drawing appear as an empty box.
  public mutating func draw(_ text: String, x: Int, y: Int, scale: Int, color: Color) {
    precondition(scale > 0, "Image.draw: text at scale \(scale)")
    for (position, character) in text.enumerated() {
      let start = x + position * Font.advance * scale
      guard start < width else { return }
      for (column, dots) in Font.columns(of: character).enumerated() {
        for row in 0..<Font.height where dots >> row & 1 == 1 {
          let (left, top) = (start + column * scale, y + row * scale)
          fill(left..<left + scale, top..<top + scale, color)
        }
      }
    }
  }

  /// Paints the pixels in `columns` and `rows`, as far as they are there.
  public mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ color: Color) {
    let columns = columns.clamped(to: 0..<width)
    let rows = rows.clamped(to: 0..<height)
    guard !columns.isEmpty else { return }
    for y in rows {
      for index in stride(
        from: 3 * (y * width + columns.lowerBound), to: 3 * (y * width + columns.upperBound), by: 3)
      {
        pixels[index] = color.red
        pixels[index + 1] = color.green
        pixels[index + 2] = color.blue
      }
    }
  }

  /// The nearest edge between pixels; what no picture reaches is cut, and not a number is 0.
  private static func pixel(_ edge: Double) -> Int {
    edge.isNaN ? 0 : Int(min(max(edge.rounded(), -1e9), 1e9))
  }
}
