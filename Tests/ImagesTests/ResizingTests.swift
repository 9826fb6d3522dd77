import Files
import Foundation
import Images
import Testing

/// The random samples of `images.py`.
func noise(width: Int, height: Int, seed: UInt64 = 1) -> Image {
  var state = seed
  let pixels = (0..<3 * width * height).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(state >> 56)
  }
  return Image(width: width, height: height, pixels: pixels)
}

@Suite struct ResizingTests {
  @Test(arguments: goldenResizes) func equalsPillow(_ golden: GoldenResize) {
    let image = noise(width: golden.source.width, height: golden.source.height)
      .resized(width: golden.target.width, height: golden.target.height)
    #expect(Array(image.pixels.prefix(12)) == golden.first)
    #expect(SHA256.hex(of: image.pixels) == golden.hash)
  }

  @Test func keepsASizeAsItIs() {
    let image = noise(width: 5, height: 4)
    #expect(image.resized(width: 5, height: 4) == image)
  }

  @Test func keepsWhiteWhite() {
    let white = Image(width: 101, height: 97, pixels: Array(repeating: 255, count: 3 * 101 * 97))
    #expect(white.resized(width: 33, height: 250).pixels.allSatisfy { $0 == 255 })
  }

  @Test func crops() {
    let image = noise(width: 7, height: 5)
    let part = image.cropped(x: 2, y: 1, width: 3, height: 4)
    #expect(part.width == 3 && part.height == 4)
    for y in 0..<4 {
      for x in 0..<3 { #expect(part[x, y] == image[x + 2, y + 1]) }
    }
    #expect(image.cropped(x: 0, y: 0, width: 7, height: 5) == image)
  }

  @Test func flips() {
    let image = noise(width: 131, height: 3)
    let flipped = image.flippedHorizontally()
    for y in 0..<3 {
      for x in 0..<131 { #expect(flipped[x, y] == image[130 - x, y]) }
    }
    #expect(flipped.flippedHorizontally() == image)
  }
}
