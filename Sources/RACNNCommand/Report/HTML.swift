/// A piece of a page. Text is escaped by construction.
package indirect enum HTML {
  /// Text to be read.
  case text(String)
  /// An element with its attributes and what it holds.
  case element(String, [(name: String, value: String)], [HTML])
  /// Pieces one after the other.
  case group([HTML])

  /// An element with attributes and pieces in it.
  package static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: HTML...
  ) -> HTML {
    tag(name, attributes, content)
  }

  /// An element with attributes and pieces in it.
  package static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: [HTML]
  ) -> HTML {
    .element(name, attributes.map { (name: $0.key, value: $0.value) }, content)
  }

  /// A table: a row of headings, then rows of cells.
  package static func table(
    _ headings: [String], _ rows: [[HTML]], attributes: KeyValuePairs<String, String> = [:]
  ) -> HTML {
    tag(
      "table", attributes,
      tag("thead", [:], tag("tr", [:], headings.map { tag("th", [:], .text($0)) })),
      tag("tbody", [:], rows.map { row in tag("tr", [:], row.map { tag("td", [:], $0) }) }))
  }

  /// The source of this piece.
  package var source: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to output: inout String) {
    switch self {
    case .text(let text):
      output += HTML.escaped(text)
    case .group(let pieces):
      for piece in pieces { piece.write(to: &output) }
    case .element(let name, let attributes, let content):
      output += "<" + name
      for (name, value) in attributes { output += " \(name)=\"\(HTML.escaped(value))\"" }
      output += ">"
      for piece in content { piece.write(to: &output) }
      if !HTML.isVoid(name) { output += "</\(name)>" }
      if HTML.endsLine(name) { output += "\n" }
    }
  }

  /// `text` with the characters that mean something to a browser written as entities, and without
  /// those that no page may hold.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.properties.generalCategory == .control: result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isVoid(_ name: String) -> Bool {
    ["img", "meta", "br"].contains(name)
  }

  private static func endsLine(_ name: String) -> Bool {
    ["tr", "p", "h1", "h2", "figure", "svg", "table", "head", "polyline"].contains(name)
  }
}
