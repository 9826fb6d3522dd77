/// A photo with boxes on it, and beside it what a network saw of it, each with its caption.
public struct ContactSheet: Sendable {
  /// A picture beside the photo.
  public struct View: Sendable {
    /// What was seen.
    public var image: Image
    /// What is written beneath it.
    public var caption: String
    /// The frame's colour, that of the box on the photo which shows where the view comes from.
    public var color: Color?

    /// Makes a view; without a colour, it has no frame.
    public init(image: Image, caption: String, color: Color? = nil) {
      self.image = image
      self.caption = caption
      self.color = color
    }
  }

  /// What stands between the name of a photo, without its ending, and `.png` in that of its sheet; a
  /// number may follow.
  package static let nameEnding = "-crops"

  /// The name, without its ending, of the photo that a file of that name is a sheet of; nil where it is
  /// not named as sheets are.
  package static func photo(ofSheetNamed name: String) -> String? {
    guard name.hasSuffix(".png") else { return nil }
    var stem = name.dropLast(4)
    if let dash = stem.lastIndex(of: "-") {
      let number = stem[stem.index(after: dash)...]
      if !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) { stem = stem[..<dash] }
    }
    return stem.hasSuffix(nameEnding) ? String(stem.dropLast(nameEnding.count)) : nil
  }

  private let photo: Image
  private let boxes: [(Rectangle, Color)]
  private let caption: String
  private let views: [View]

  private static let margin = 16
  private static let ink = Color(red: 40, green: 40, blue: 40)

  /// Makes a sheet.
  ///
  /// - Parameters:
  ///   - photo: The photo, upright.
  ///   - boxes: Where outlines are drawn, in pixels of `photo`, and in which colour.
  ///   - caption: What is written beneath the photo; a line feed begins a new line.
  ///   - views: What stands to the right of the photo, in this order.
  public init(photo: Image, boxes: [(Rectangle, Color)], caption: String, views: [View]) {
    self.photo = photo
    self.boxes = boxes
    self.caption = caption
    self.views = views
  }

  /// Draws the sheet: the photo and the views side by side, all `height` pixels high, on white, and
  /// the captions beneath, broken into lines of their picture's width.
  public func rendered(height: Int = 320) -> Image {
    precondition(height > 0, "ContactSheet.rendered: height \(height)")
    let scale = max(height / 160, 1)
    let panels = panels(height: height, scale: scale)
    // A caption has room beneath a narrow picture, too.
    let widths = panels.map { max($0.image.width, height / 2) }
    let lines = zip(panels, widths).map {
      ContactSheet.lines($0.caption, width: $1, scale: scale)
    }
    let lineHeight = (Font.height + 3) * scale
    let margin = ContactSheet.margin
    let width = widths.reduce(margin) { $0 + $1 + margin }
    let textHeight = (lines.map(\.count).max() ?? 0) * lineHeight
    var sheet = Image(
      width: width, height: margin + height + margin / 2 + textHeight + margin, color: .white)
    var x = margin
    for ((panel, width), lines) in zip(zip(panels, widths), lines) {
      sheet.draw(panel.image, x: x, y: margin)
      for (number, line) in lines.enumerated() {
        sheet.draw(
          line, x: x, y: margin + height + margin / 2 + number * lineHeight, scale: scale,
          color: ContactSheet.ink)
      }
      x += width + margin
    }
    return sheet
  }

  private func panels(height: Int, scale: Int) -> [(image: Image, caption: String)] {
    let thickness = scale + 1
    var first = ContactSheet.fitted(photo, height: height)
    let factors = (
      x: Double(first.width) / Double(photo.width), y: Double(first.height) / Double(photo.height)
    )
    for (box, color) in boxes {
      first.outline(box.scaled(x: factors.x, y: factors.y), color: color, thickness: thickness)
    }
    let others = views.map { view in
      var image = ContactSheet.fitted(view.image, height: height)
      if let color = view.color {
        let (width, height) = (Double(image.width), Double(image.height))
        let frame = Rectangle(x: 0, y: 0, width: width, height: height)
        image.draw(frame, color: color, thickness: 2 * thickness)
      }
      return (image: image, caption: view.caption)
    }
    return [(first, caption)] + others
  }

  /// The picture in that height; of one that is very long, what four heights of width show.
  private static func fitted(_ image: Image, height: Int) -> Image {
    let width = (Double(image.width) * Double(height) / Double(image.height)).rounded()
    return image.resized(width: Int(min(max(width, 1), Double(4 * height))), height: height)
  }

  /// The text in lines of at most `width` pixels, broken at spaces where that is possible.
  private static func lines(_ text: String, width: Int, scale: Int) -> [String] {
    let limit = max((width / scale + 1) / Font.advance, 1)
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty && line.count + 1 + word.count > limit {
          lines.append(line)
          line = ""
        }
        line += line.isEmpty ? String(word) : " \(word)"
        while line.count > limit {
          lines.append(String(line.prefix(limit)))
          line = String(line.dropFirst(limit))
        }
      }
      lines.append(line)
    }
    return lines
  }
}

extension Image {
  /// An outline that is seen on any background: the colour, with a thin dark line on both sides.
  fileprivate mutating func outline(_ box: Rectangle, color: Color, thickness: Int) {
    let dark = Color(red: 20, green: 20, blue: 20)
    let outer = Rectangle(x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2)
    draw(outer, color: dark, thickness: thickness + 2)
    draw(box, color: color, thickness: thickness)
  }
}
