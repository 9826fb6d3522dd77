import Images
import Testing

@Suite struct HeatMapTests {
  /// Cells are found again by their colours: red above zero, blue below, white at zero.
  @Test func drawsEachCell() {
    let map = HeatMap(
      values: [1, 0, -1, 0.5, -0.5, .nan], rows: 2, columns: 3, title: "title",
      columnLabel: "column", rowLabel: "row")
    let image = map.rendered(width: 60, height: 40)
    let red = Color(red: 178, green: 24, blue: 43)
    let blue = Color(red: 33, green: 102, blue: 172)
    func count(_ color: Color) -> Int {
      (0..<image.height).reduce(0) { sum, y in
        sum + (0..<image.width).count { image[$0, y] == color }
      }
    }
    // 20 by 20 pixels each, and no line of the bar is as full.
    #expect(count(red) == 400)
    #expect(count(blue) == 400)
    #expect(count(Color(red: 216, green: 139, blue: 149)) >= 400)
    #expect(count(Color(red: 144, green: 178, blue: 213)) >= 400)
  }

  @Test func drawsAnything() {
    for values: [Float] in [[0], [.nan], [.infinity], [-3e38], [1e-30]] {
      let map = HeatMap(
        values: values, rows: 1, columns: 1, title: "", columnLabel: "", rowLabel: "")
      #expect(map.rendered(width: 1, height: 1).width > 1)
    }
  }
}
