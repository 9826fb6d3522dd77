import Images
import Testing

@Suite struct EncodingTests {
  @Test(arguments: [(1, 1), (7, 3), (300, 200)])
  func pngKeepsEverySample(_ size: (Int, Int)) throws {
    let image = noise(width: size.0, height: size.1)
    let photo = try Photo(decoding: image.pngData(), name: "picture.png")
    #expect(photo.image == image)
  }

  /// Noise does not deflate: the buffer must have room for more than the samples.
  @Test func pngHasRoomForNoise() throws {
    let image = noise(width: 1031, height: 977)
    #expect(try image.pngData().count > image.pixels.count)
  }

  @Test func jpegComesClose() throws {
    var smooth = Image(width: 64, height: 48, color: .white)
    for y in 0..<48 {
      for x in 0..<64 {
        smooth[x, y] = Color(red: UInt8(4 * x), green: UInt8(5 * y), blue: UInt8(2 * (x + y)))
      }
    }
    for (quality, limit) in [(100, 3), (90, 12), (75, 24)] {
      let bytes = try smooth.jpegData(quality: quality)
      let decoded = try Photo(decoding: bytes, name: "picture.jpg").image
      let largest = zip(decoded.pixels, smooth.pixels).map { abs(Int($0) - Int($1)) }.max()
      #expect((largest ?? 255) <= limit, "quality \(quality)")
    }
    #expect(try smooth.jpegData(quality: 10).count < smooth.jpegData(quality: 100).count)
  }

  @Test func jpegHasALargestSide() {
    let strip = Image(width: 65_501, height: 1, color: .black)
    let error = #expect(throws: ImageError.self) { try strip.jpegData() }
    #expect(error.map { "\($0)".contains("65501 x 1") } == true)
  }
}

@Suite struct ErrorTests {
  @Test func namesAMissingFile() {
    let error = #expect(throws: ImageError.self) { try Photo(contentsOf: "/no/such/photo.jpg") }
    #expect(error.map { "\($0)".contains("/no/such/photo.jpg") } == true)
  }

  @Test func refusesOtherFormats() {
    #expect(throws: ImageError.unknownFormat(path: "a.gif")) {
      try Photo(decoding: Array("GIF89a".utf8), name: "a.gif")
    }
    #expect(throws: ImageError.empty(path: "empty")) {
      try Photo(decoding: [], name: "empty")
    }
  }

  /// A header that claims more pixels than are taken is an error before memory is.
  @Test func refusesTooManyPixels() throws {
    var bytes = try Image(width: 3, height: 3, color: .black).pngData()
    bytes.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    #expect(
      throws: ImageError.tooLarge(
        path: "bomb.png", width: 65536, height: 65536, limit: Photo.pixelLimit)
    ) { try Photo(decoding: bytes, name: "bomb.png") }
    // Fewer, but with hardly any data.
    bytes.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    #expect(throws: ImageError.truncated(path: "bomb.png", format: .png)) {
      try Photo(decoding: bytes, name: "bomb.png")
    }
  }

  @Test func staysOnOneLine() {
    let error = ImageError.malformed(path: "a", format: .png, reason: "two\nlines")
    #expect(!"\(error)".contains("\n"))
  }
}
