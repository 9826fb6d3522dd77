import Images
import Testing

@Suite struct DrawingTests {
  private static let red = Color(red: 255, green: 0, blue: 0)

  /// The picture's rows, a letter a pixel.
  private static func rows(_ image: Image) -> [String] {
    (0..<image.height).map { y in
      (0..<image.width).map { image[$0, y] == .white ? "." : "#" }.joined()
    }
  }

  @Test func drawsAnOutlineInwards() {
    var image = Image(width: 8, height: 7, color: .white)
    image.draw(
      Rectangle(x: 0.6, y: 1, width: 6, height: 5.4), color: DrawingTests.red, thickness: 2)
    #expect(
      DrawingTests.rows(image) == [
        "........", ".######.", ".######.", ".##..##.", ".######.", ".######.", "........",
      ])
  }

  @Test func cutsWhatLiesOutside() {
    var image = Image(width: 4, height: 3, color: .white)
    image.draw(Rectangle(x: -2, y: -2, width: 5, height: 4), color: .black, thickness: 1)
    #expect(DrawingTests.rows(image) == ["..#.", "###.", "...."])
    let before = image
    for rectangle in [
      Rectangle(x: 100, y: 0, width: 5, height: 5), Rectangle(x: 0, y: 0, width: -5, height: 5),
      Rectangle(x: .nan, y: 0, width: .nan, height: 5),
      Rectangle(x: -1e300, y: -.infinity, width: 1, height: 1),
    ] {
      image.draw(rectangle, color: .black, thickness: 3)
    }
    #expect(image == before)
  }

  @Test func drawsAPicture() {
    var image = Image(width: 4, height: 3, color: .white)
    let part = Image(width: 3, height: 2, color: .black)
    image.draw(part, x: 2, y: -1)
    #expect(DrawingTests.rows(image) == ["..##", "....", "...."])
    image.draw(part, x: -2, y: 2)
    #expect(DrawingTests.rows(image) == ["..##", "....", "#..."])
    image.draw(part, x: 40, y: 0)
    image.draw(part, x: 0, y: -40)
    #expect(DrawingTests.rows(image) == ["..##", "....", "#..."])
  }

  @Test func drawsText() {
    var image = Image(width: 12, height: 8, color: .white)
    image.draw("Tg", x: 0, y: 0, scale: 1, color: .black)
    #expect(
      DrawingTests.rows(image)
        == [
          "#####.......", "..#.........", "..#....####.", "..#...#...#.", "..#...#...#.",
          "..#....####.", "..#.......#.", ".......###..",
        ])
    #expect(Font.width(of: "Tg") == 11)
  }

  @Test func everyCharacterHasItsShape() {
    let shapes = (32..<127).map { code in
      var image = Image(width: 6, height: 8, color: .white)
      image.draw(String(UnicodeScalar(UInt8(code))), x: 0, y: 0, scale: 1, color: .black)
      // A column is left free between characters.
      #expect((0..<8).allSatisfy { image[5, $0] == .white })
      return image
    }
    #expect(Set(shapes).count == 95)
    var box = Image(width: 6, height: 8, color: .white)
    box.draw("ü", x: 0, y: 0, scale: 1, color: .black)
    #expect(!shapes.contains(box))
    var blank = Image(width: 6, height: 8, color: .white)
    blank.draw("\u{a0}", x: 0, y: 0, scale: 1, color: .black)
    #expect(blank == shapes[0])
  }

  @Test func scalesText() {
    var small = Image(width: 5, height: 8, color: .white)
    small.draw("R", x: 0, y: 0, scale: 1, color: .black)
    var large = Image(width: 15, height: 24, color: .white)
    large.draw("R", x: 0, y: 0, scale: 3, color: .black)
    for y in 0..<24 {
      for x in 0..<15 { #expect(large[x, y] == small[x / 3, y / 3]) }
    }
  }
}

@Suite struct ContactSheetTests {
  private static let blue = Color(red: 0, green: 0, blue: 255)
  private static let grey = Color(red: 128, green: 128, blue: 128)

  @Test func laysThePicturesOut() {
    let photo = Image(width: 200, height: 100, color: ContactSheetTests.grey)
    let view = Image(width: 50, height: 50, color: ContactSheetTests.blue)
    let box = Rectangle(x: 50, y: 20, width: 100, height: 50)
    let sheet = ContactSheet(
      photo: photo, boxes: [(box, ContactSheetTests.blue)], caption: "a photo",
      views: [.init(image: view, caption: ""), .init(image: view, caption: "", color: .black)]
    ).rendered(height: 160)
    // Margins of 16 pixels, the photo, two square views.
    #expect(sheet.width == 16 + 320 + 16 + 160 + 16 + 160 + 16)
    #expect(sheet.height > 16 + 160 + 8)
    #expect(sheet[15, 16] == .white && sheet[16, 15] == .white)
    #expect(sheet[16, 16] == ContactSheetTests.grey)
    #expect(sheet[16 + 319, 16 + 159] == ContactSheetTests.grey)
    #expect(sheet[16 + 320, 20] == .white)
    #expect(sheet[16 + 320 + 16, 20] == ContactSheetTests.blue)
    // The box, 1.6 times as large as in the photo, and nothing in it.
    #expect(sheet[16 + 80, 16 + 70] == ContactSheetTests.blue)
    #expect(sheet[16 + 239, 16 + 70] == ContactSheetTests.blue)
    #expect(sheet[16 + 160, 16 + 32] == ContactSheetTests.blue)
    #expect(sheet[16 + 160, 16 + 111] == ContactSheetTests.blue)
    #expect(sheet[16 + 160, 16 + 70] == ContactSheetTests.grey)
    // The second view's frame.
    #expect(sheet[16 + 320 + 16 + 160 + 16, 20] == .black)
    // The caption.
    let dark = (16 + 160..<sheet.height).contains { y in
      (16..<336).contains { sheet[$0, y] != .white }
    }
    #expect(dark)
  }

  @Test func breaksLongCaptions() {
    let photo = Image(width: 160, height: 160, color: ContactSheetTests.grey)
    func height(_ caption: String) -> Int {
      ContactSheet(photo: photo, boxes: [], caption: caption, views: []).rendered(height: 160)
        .height
    }
    let line = height("word") - height("")
    #expect(line == 0)
    let second = height("word\nword") - height("word")
    #expect(second > Font.height)
    // 26 characters of six dots fit into 160, whose last needs no gap.
    #expect(height(String(repeating: "a", count: 26)) == height("word"))
    #expect(height(String(repeating: "a", count: 27)) == height("word\nword"))
    #expect(height("aaaaaaaaaaaaa bbbbbbbbbbbbbb ccc") == height("word\nword"))
  }

  @Test func takesAnyProportions() {
    let sliver = Image(width: 1, height: 900, color: .black)
    let strip = Image(width: 900, height: 1, color: .black)
    let sheet = ContactSheet(
      photo: sliver, boxes: [], caption: "narrow", views: [.init(image: strip, caption: "wide")]
    ).rendered(height: 40)
    #expect(sheet.width == 16 + 20 + 16 + 160 + 16)
  }
}

@Suite struct TerminalPictureTests {
  @Test func drawsTwoPixelsACharacter() {
    let image = Image(
      width: 2, height: 3,
      pixels: [1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    #expect(
      TerminalPicture.halfBlocks(image, columns: 2)
        == "\u{1b}[38;2;1;2;3m\u{1b}[48;2;4;5;6m▀\u{1b}[48;2;7;8;9m▀\u{1b}[0m\n"
        + "\u{1b}[38;2;10;11;12m▀\u{1b}[38;2;13;14;15m▀\u{1b}[0m\n")
  }

  @Test func keepsProportions() {
    let image = Image(width: 400, height: 200, color: .black)
    let lines = TerminalPicture.halfBlocks(image, columns: 40).split(separator: "\n")
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { line in line.count { $0 == "▀" } == 40 })
  }
}
