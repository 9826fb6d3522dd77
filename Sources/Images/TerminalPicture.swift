/// Pictures in the characters of a terminal.
public enum TerminalPicture {
  /// The picture in `columns` characters a line, two pixels each: the upper half block in the colour
  /// of the upper pixel, on the background of the lower, by the 24-bit sequences of ANSI terminals.
  ///
  /// Each line ends with the sequence that sets the colours back, and a line feed. The picture keeps
  /// its proportions, on the supposition that a character is twice as high as wide, unless it is more
  /// than eight times as high as wide.
  public static func halfBlocks(_ image: Image, columns: Int) -> String {
    precondition(columns > 0, "TerminalPicture.halfBlocks: \(columns) columns")
    let height = (Double(columns) * Double(image.height) / Double(image.width)).rounded()
    let rows = max(Int(min(height, 8 * Double(columns))), 1)
    let small = image.resized(width: columns, height: rows)
    var text = ""
    for y in stride(from: 0, to: rows, by: 2) {
      var last: (upper: Color, lower: Color?)?
      for x in 0..<columns {
        let upper = small[x, y]
        let lower = y + 1 < rows ? small[x, y + 1] : nil
        // Runs of one colour need no sequence of their own.
        if last?.upper != upper { text += "\u{1b}[38;2;\(code(upper))m" }
        if let lower, last?.lower != lower { text += "\u{1b}[48;2;\(code(lower))m" }
        last = (upper, lower)
        text += "▀"
      }
      text += "\u{1b}[0m\n"
    }
    return text
  }

  private static func code(_ color: Color) -> String {
    "\(color.red);\(color.green);\(color.blue)"
  }
}
