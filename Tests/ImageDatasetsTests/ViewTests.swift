import Foundation
import ImageDatasets
import Images
import Tensors
import Testing

@Suite struct ViewTests {
  private let normalization = Normalization(mean: [120, 110, 100], deviation: [60, 50, 40])

  /// A view's sample, from its definition, in double precision.
  private func reference(
    _ view: SourceView, _ source: Image, size: Int, x: Int, y: Int
  ) -> [Double] {
    let (width, height) = (Double(source.width), Double(source.height))
    var u = (Double(x) + 0.5) / Double(size)
    if view.isFlipped { u = 1 - u }
    let v = (Double(y) + 0.5) / Double(size)
    let px = (view.rectangle.x + u * view.rectangle.width) * width - 0.5
    let py = (view.rectangle.y + v * view.rectangle.height) * height - 0.5
    func pixel(_ x: Double, _ y: Double, _ channel: Int) -> Double {
      let column = Int(min(max(x, 0), width - 1))
      let row = Int(min(max(y, 0), height - 1))
      return Double(source.pixels[3 * (row * source.width + column) + channel])
    }
    let (left, top) = (px.rounded(.down), py.rounded(.down))
    let (fx, fy) = (px - left, py - top)
    let color = (0..<3).map { channel in
      (1 - fy) * ((1 - fx) * pixel(left, top, channel) + fx * pixel(left + 1, top, channel))
        + fy
        * ((1 - fx) * pixel(left, top + 1, channel) + fx * pixel(left + 1, top + 1, channel))
    }
    let luma = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    return (0..<3).map { channel in
      let saturated = luma + Double(view.saturation) * (color[channel] - luma)
      let contrasted = 127.5 + Double(view.contrast) * (saturated - 127.5)
      return (Double(view.brightness) * contrasted - Double(normalization.mean[channel]))
        / Double(normalization.deviation[channel])
    }
  }

  private func largestError(_ view: SourceView, _ source: Image, size: Int) -> Double {
    let rendered = view.rendered(source, size: size, normalization: normalization)
    var largest = rendered.count == 3 * size * size ? 0 : Double.infinity
    for y in 0..<size {
      for x in 0..<size {
        for (channel, value) in reference(view, source, size: size, x: x, y: y).enumerated() {
          let actual = rendered[(channel * size + y) * size + x]
          largest = max(largest, abs(Double(actual) - value))
        }
      }
    }
    return largest
  }

  private let whole = SourceView(rectangle: Rectangle(x: 0, y: 0, width: 1, height: 1))

  @Test func theWholeIsTheSource() {
    let source = noise(width: 9, height: 9, seed: 1)
    let rendered = whole.rendered(source, size: 9, normalization: normalization)
    for index in 0..<81 {
      for channel in 0..<3 {
        let expected =
          (Float(source.pixels[3 * index + channel]) - normalization.mean[channel])
          / normalization.deviation[channel]
        #expect(abs(rendered[81 * channel + index] - expected) < 1e-5)
      }
    }
  }

  @Test func aFlipMirrorsTheSource() {
    let source = noise(width: 8, height: 8, seed: 2)
    var view = whole
    let straight = view.rendered(source, size: 8, normalization: normalization)
    view.isFlipped = true
    let mirrored = view.rendered(source, size: 8, normalization: normalization)
    for row in 0..<24 {
      let range = 8 * row..<8 * row + 8
      #expect(Array(mirrored[range]) == straight[range].reversed())
    }
  }

  @Test(arguments: [1, 2, 33, 64]) func drawnViewsEqualTheReference(_ size: Int) {
    let source = noise(width: size, height: size, seed: 3)
    var generator = RandomGenerator(seed: UInt64(size))
    let augmentation = Augmentation(minimumArea: 0.3, flips: true, jitter: 0.2)
    for _ in 0..<10 {
      let view = augmentation.view(of: source, using: &generator)
      #expect(largestError(view, source, size: 17) < 1e-4)
    }
    #expect(largestError(whole, source, size: size) < 1e-5)
  }

  @Test func oblongSourcesAndExactCrops() {
    let source = noise(width: 12, height: 7, seed: 4)
    let view = SourceView(rectangle: Rectangle(x: 0.25, y: 0, width: 0.5, height: 1))
    #expect(largestError(view, source, size: 6) < 1e-5)
  }

  @Test func photosAreSeenInTheMiddle() throws {
    let photo = try Photo(decoding: noise(width: 61, height: 20, seed: 8).pngData(), name: "noise")
    let source = Source(photo, size: 14)
    #expect((source.image.width, source.image.height) == (49, 16))
    #expect((source.width, source.height) == (61, 20))
    let rendered = source.view(.middle).rendered(
      source.image, size: 14, normalization: normalization)
    let middle = source.image.cropped(x: 17, y: 1, width: 14, height: 14)
    let copied = whole.rendered(middle, size: 14, normalization: normalization)
    #expect(zip(rendered, copied).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(
      Framing.middle.rectangle(width: 61, height: 20)
        == Rectangle(x: 21.75, y: 1.25, width: 17.5, height: 17.5))
    #expect(
      Framing.square.rectangle(width: 61, height: 20)
        == Rectangle(x: 20.5, y: 0, width: 20, height: 20))
    #expect(
      Framing.whole.rectangle(width: 61, height: 20)
        == Rectangle(x: 0, y: 0, width: 61, height: 20))
    #expect(
      Framing.whole.rectangle(width: 20, height: 100)
        == Rectangle(x: 0, y: 10, width: 20, height: 80))
    #expect(
      source.view(.square).rectangle
        == Rectangle(x: 16.0 / 49, y: 0, width: 16.0 / 49, height: 1))
    #expect(source.view(.whole).rectangle == Rectangle(x: 0, y: 0, width: 1, height: 1))
    let strip = try Photo(decoding: noise(width: 3, height: 90, seed: 9).pngData(), name: "strip")
    #expect(Source(strip, size: 14).image.height == 64)
  }

  @Test func viewsKeepTheirBounds() {
    var generator = RandomGenerator(seed: 5)
    let augmentation = Augmentation(minimumArea: 0.5, flips: true, jitter: 0.1)
    var areas: [Double] = []
    var stretches: [Double] = []
    var flips = 0
    let gains = 0.9...1.1 as ClosedRange<Float>
    let square = noise(width: 4, height: 4, seed: 0)
    for _ in 0..<4000 {
      let view = augmentation.view(of: square, using: &generator)
      let box = view.rectangle
      #expect(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0)
      #expect(box.x + box.width <= 1 + 1e-12 && box.y + box.height <= 1 + 1e-12)
      areas.append(box.width * box.height)
      stretches.append(box.width / box.height)
      flips += view.isFlipped ? 1 : 0
      #expect([view.brightness, view.contrast, view.saturation].allSatisfy(gains.contains))
    }
    #expect(areas.allSatisfy { $0 >= 0.5 - 1e-9 && $0 <= 1 })
    #expect(stretches.allSatisfy { $0 >= 0.75 - 1e-9 && $0 <= 4 / 3 + 1e-9 })
    // Uniform from a half to the whole, wide as often as high, mirrored as often as not.
    #expect(abs(areas.reduce(0, +) / 4000 - 0.75) < 0.01)
    #expect(areas.filter { $0 < 0.6 }.count > 700 && areas.filter { $0 > 0.9 }.count > 700)
    #expect(abs(Double(stretches.filter { $0 > 1 }.count) / 4000 - 0.5) < 0.04)
    #expect(abs(Double(flips) / 4000 - 0.5) < 0.04)
  }

  @Test func viewsOfOblongSourcesKeepTheirArea() {
    var generator = RandomGenerator(seed: 7)
    let wide = noise(width: 40, height: 16, seed: 0)
    for _ in 0..<500 {
      let box = Augmentation().view(of: wide, using: &generator).rectangle
      #expect(box.width * box.height >= 0.5 - 1e-9 && box.width * box.height <= 1 + 1e-9)
      #expect(box.x >= 0 && box.x + box.width <= 1 + 1e-12)
    }
  }

  @Test func whatIsOffStaysOff() {
    var generator = RandomGenerator(seed: 6)
    let augmentation = Augmentation(minimumArea: 1, flips: false, jitter: 0)
    let square = noise(width: 4, height: 4, seed: 0)
    for _ in 0..<50 { #expect(augmentation.view(of: square, using: &generator) == whole) }
  }

  @Test func normalizationsFromFilesAreChecked() throws {
    let sound = try JSONDecoder().decode(
      Normalization.self, from: JSONEncoder().encode(normalization))
    #expect(sound == normalization)
    for text in [
      #"{"mean": [1, 2], "deviation": [1, 1, 1]}"#, #"{"mean": [1, 2, 3], "deviation": [1, 0, 1]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Normalization.self, from: Data(text.utf8))
      }
    }
  }
}
