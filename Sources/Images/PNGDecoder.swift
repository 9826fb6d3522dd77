import CPNG

/// A PNG file whose header has been read.
struct PNGDecoder {
  private let bytes: [UInt8]
  private let name: String
  /// The size in the file, before it is turned upright.
  let size: (width: Int, height: Int)
  let orientation: Orientation

  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Whether `bytes` begin as a PNG file does.
  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

  init(_ bytes: [UInt8], name: String) throws(ImageError) {
    let reader = ByteReader(bytes)
    // The header is the first chunk, always: length, type, width, height, depth, colour type.
    guard reader.count >= 33 else { throw .truncated(path: name, format: .png) }
    guard reader.matches("IHDR", at: 12),
      let width = reader.integer(at: 16, bytes: 4), let height = reader.integer(at: 20, bytes: 4),
      width > 0, height > 0
    else { throw .malformed(path: name, format: .png, reason: "it has no header") }
    try Photo.checkSize(width, height, name: name)
    self.bytes = bytes
    self.name = name
    size = (width, height)
    let chunks = PNGChunks(reader)
    orientation = chunks.exif.map { Orientation(exif: ByteReader(bytes[$0])) } ?? .upright
    // Deflate cannot shrink more than 1,032 times, and a pixel has a bit at least.
    guard width * height / 8 / 1032 <= chunks.pixelBytes else {
      throw .truncated(path: name, format: .png)
    }
  }

  /// The picture as it lies in the file.
  func decode() throws(ImageError) -> Image {
    // libpng's own limits are signed 31-bit; the size has been checked to be far below.
    try Photo.make(width: size.width, height: size.height, name: name) { pixels in
      var message = [CChar](repeating: 0, count: Int(RACNN_PNG_MESSAGE))
      let status = racnn_png_decode(
        bytes, bytes.count, Int32(size.width), Int32(size.height), pixels, &message)
      return switch status {
      case 0: nil
      case 2: .truncated(path: name, format: .png)
      default: .malformed(path: name, format: .png, reason: String(cMessage: message))
      }
    }
  }
}

/// Where the parts of a PNG file lie that matter before it is decoded.
private struct PNGChunks {
  /// The EXIF data.
  private(set) var exif: Range<Int>?
  /// How many bytes of compressed pixels there are.
  private(set) var pixelBytes = 0

  init(_ reader: ByteReader) {
    var offset = 8
    while let length = reader.integer(at: offset, bytes: 4) {
      let start = offset + 8
      let end = min(start + length, reader.count)
      guard start <= end else { return }
      if reader.matches("IDAT", at: offset + 4) { pixelBytes += end - start }
      if reader.matches("eXIf", at: offset + 4), exif == nil { exif = start..<end }
      offset = start + length + 4
    }
  }
}
