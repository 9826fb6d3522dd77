import Images
import Testing

@Suite struct ImageTests {
  @Test func keepsItsSamples() {
    let image = Image(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
    #expect(image.pixels == [1, 2, 3, 4, 5, 6])
  }
}
