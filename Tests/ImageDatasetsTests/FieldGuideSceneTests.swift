import Files
import ImageDatasets
import Images
import Tensors
import Testing

private func scene(_ species: Int, _ label: UInt64, size: Int = 160) -> Scene {
  Scene(species: species, size: size, generator: RandomGenerator(seed: 1).fork(label))
}

@Suite struct FieldGuideSceneTests {
  /// The same pixels on every machine: a change here must raise the plan's version.
  @Test func drawsTheSamePixelsEverywhere() {
    var sums = SHA256()
    for species in 0..<8 { sums.update(scene(species, UInt64(species), size: 96).image.pixels) }
    #expect(
      sums.hexadecimal() == "a256667051d8647b6ad6d504ec0ba35774535dbd0d4109b96347aa91f827cc25")
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func speciesDifferOnTheHeadAlone(label: UInt64) {
    let plain = scene(0, label)
    for species in 1..<8 {
      let other = scene(species, label)
      #expect(other.head == plain.head)
      var inside = 0
      var outside = 0
      for index in stride(from: 0, to: plain.image.pixels.count, by: 3)
      where plain.image.pixels[index..<index + 3] != other.image.pixels[index..<index + 3] {
        let x = Double(index / 3 % 160)
        let y = Double(index / 3 / 160)
        let head = plain.head
        // A thick bill reaches a little beyond the box on one side.
        let margin = 4.0
        let isInside =
          x >= head.x - margin && x < head.x + head.width + margin
          && y >= head.y - margin && y < head.y + head.height + margin
        if isInside { inside += 1 } else { outside += 1 }
      }
      #expect(inside >= 15, "species \(species) looks like the plain one")
      #expect(outside == 0, "species \(species) differs outside of the head")
    }
  }

  @Test func headsAreAnywhereAndSmall() {
    var xs: [Double] = []
    var ys: [Double] = []
    for label in 0..<60 {
      let head = scene(label % 8, UInt64(label), size: 64).head
      xs.append((head.x + head.width / 2) / 64)
      ys.append((head.y + head.height / 2) / 64)
      #expect(max(head.width, head.height) / 64 < 0.25)
      // None is cut off.
      #expect(min(head.x, head.y) > 0 && max(head.x + head.width, head.y + head.height) < 64)
    }
    for values in [xs, ys] {
      #expect(values.filter { $0 < 0.35 }.count > 6)
      #expect(values.filter { $0 > 0.65 }.count > 6)
    }
    // A box at the middle, of two thirds of the side, does not even hold the middles of all.
    let inner = 1.0 / 6...5.0 / 6
    #expect(zip(xs, ys).filter { !inner.contains($0) || !inner.contains($1) }.count > 2)
  }
}
