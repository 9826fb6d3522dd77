import Images
import Testing

@Suite struct OrientationTests {
  /// Where EXIF's numbers put the pixel (x, y) of a `width` x `height` file in the upright picture.
  private static func place(
    _ orientation: Int, _ x: Int, _ y: Int, _ width: Int, _ height: Int
  ) -> (Int, Int) {
    switch orientation {
    case 2: (width - 1 - x, y)
    case 3: (width - 1 - x, height - 1 - y)
    case 4: (x, height - 1 - y)
    case 5: (y, x)
    case 6: (height - 1 - y, x)
    case 7: (height - 1 - y, width - 1 - x)
    case 8: (y, width - 1 - x)
    default: (x, y)
    }
  }

  /// EXIF data with nothing but the orientation.
  private static func exif(_ value: Int, isBigEndian: Bool, type: Int = 3) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(value >> (8 * $0) & 255) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    let length = type == 3 ? 2 : 4
    return Array((isBigEndian ? "MM" : "II").utf8) + number(42, 2) + number(8, 4) + number(1, 2)
      + number(0x112, 2) + number(type, 2) + number(1, 4) + number(value, length)
      + number(0, 4 - length) + number(0, 4)
  }

  private static func jpeg(_ image: Image, exif: [UInt8]) throws -> [UInt8] {
    let plain = try image.jpegData(quality: 100)
    let content = Array("Exif\0\0".utf8) + exif
    let segment = [0xff, 0xe1, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)]
    return plain.prefix(2) + segment + content + plain.dropFirst(2)
  }

  @Test(arguments: 1...8, [true, false])
  func turnsUpright(_ orientation: Int, _ isBigEndian: Bool) throws {
    // Wider than a band of columns.
    let file = noise(width: 70, height: 67)
    let plain = try Photo(decoding: file.jpegData(quality: 100), name: "plain").image
    for type in [3, 4] {
      let exif = OrientationTests.exif(orientation, isBigEndian: isBigEndian, type: type)
      let photo = try Photo(decoding: OrientationTests.jpeg(file, exif: exif), name: "turned")
      let swaps = orientation > 4
      #expect(photo.width == (swaps ? 67 : 70) && photo.height == (swaps ? 70 : 67))
      for y in 0..<67 {
        for x in 0..<70 {
          let (newX, newY) = OrientationTests.place(orientation, x, y, 70, 67)
          guard photo.image[newX, newY] != plain[x, y] else { continue }
          Issue.record("(\(x), \(y)) is not at (\(newX), \(newY))")
          return
        }
      }
    }
  }

  @Test(arguments: [0, 9, 255, 65535]) func ignoresNonsense(_ value: Int) throws {
    let file = noise(width: 9, height: 5)
    let exif = OrientationTests.exif(value, isBigEndian: true)
    let photo = try Photo(decoding: OrientationTests.jpeg(file, exif: exif), name: "nonsense")
    #expect(photo.width == 9 && photo.height == 5)
  }

  /// A segment too short for the name that follows holds no EXIF data (the fuzzer found the trap).
  @Test(arguments: 2...7) func ignoresShortSegments(_ length: UInt8) throws {
    var bytes = try noise(width: 9, height: 5).jpegData(quality: 90)
    bytes.insert(contentsOf: [0xff, 0xe1, 0, length] + Array("Exif\0\0MM".utf8), at: 2)
    #expect(try Photo(decoding: bytes, name: "short").width == 9)
  }

  /// EXIF data that ends anywhere, or points anywhere, leaves the picture as it is.
  @Test func survivesBrokenData() throws {
    let file = noise(width: 9, height: 5)
    let exif = OrientationTests.exif(6, isBigEndian: false)
    for count in 0..<exif.count - 8 {
      let photo = try Photo(
        decoding: OrientationTests.jpeg(file, exif: Array(exif.prefix(count))), name: "cut")
      #expect(photo.width == 9, "\(count) bytes of EXIF data")
    }
    for index in exif.indices {
      var broken = exif
      broken[index] = 0xff
      _ = try Photo(decoding: OrientationTests.jpeg(file, exif: broken), name: "broken")
    }
  }

  /// The side that must not be fallen short of is that of the upright picture; both are.
  @Test func decodesSmallerAndUpright() throws {
    let file = noise(width: 161, height: 90)
    let exif = OrientationTests.exif(6, isBigEndian: true)
    let bytes = try OrientationTests.jpeg(file, exif: exif)
    let photo = try Photo(decoding: bytes, name: "small", minimumSide: 45)
    #expect(photo.width == 90 && photo.height == 161)
    #expect(photo.image.width == 45 && photo.image.height == 81)
    let whole = try Photo(decoding: bytes, name: "whole", minimumSide: 46)
    #expect(whole.image.width == 90 && whole.image.height == 161)
  }
}
