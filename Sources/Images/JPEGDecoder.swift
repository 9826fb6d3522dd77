import CJPEG

/// A JPEG file whose header has been read.
struct JPEGDecoder {
  private let bytes: [UInt8]
  private let name: String
  /// The size in the file, before it is turned upright.
  let size: (width: Int, height: Int)
  let orientation: Orientation

  /// Whether `bytes` begin as a JPEG file does.
  static func recognizes(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xff, 0xd8, 0xff])
  }

  init(_ bytes: [UInt8], name: String) throws(ImageError) {
    var header = racnn_jpeg_header()
    var message = [CChar](repeating: 0, count: Int(RACNN_JPEG_MESSAGE))
    let status = racnn_jpeg_read_header(bytes, bytes.count, &header, &message)
    if let error = JPEGDecoder.error(status, message, name: name) { throw error }
    let (width, height) = (Int(header.width), Int(header.height))
    guard width > 0, height > 0 else {
      throw .malformed(path: name, format: .jpeg, reason: "it has no pixels")
    }
    try Photo.checkSize(width, height, name: name)
    self.bytes = bytes
    self.name = name
    size = (width, height)
    orientation = Orientation(jpeg: bytes)
  }

  /// The picture as it lies in the file, at the smallest scale that leaves `minimumSide` pixels.
  ///
  /// `lacksEnd` tells that the end marker is missing, though all lines are there.
  func decode(minimumSide: Int?) throws(ImageError) -> (image: Image, lacksEnd: Bool) {
    let eighths = JPEGDecoder.eighths(size, minimumSide: minimumSide)
    let (width, height) = (
      JPEGDecoder.scaled(size.width, eighths), JPEGDecoder.scaled(size.height, eighths)
    )
    var lacksEnd = false
    let image = try Photo.make(width: width, height: height, name: name) { pixels in
      var message = [CChar](repeating: 0, count: Int(RACNN_JPEG_MESSAGE))
      let status = racnn_jpeg_decode(
        bytes, bytes.count, Int32(eighths), Int32(width), Int32(height), pixels, &message)
      lacksEnd = status == RACNN_JPEG_UNENDED
      return JPEGDecoder.error(status, message, name: name)
    }
    return (image, lacksEnd)
  }

  /// The scales that libjpeg has fast transforms for, the smallest that fits first.
  private static func eighths(_ size: (width: Int, height: Int), minimumSide: Int?) -> Int {
    guard let minimumSide else { return 8 }
    let shorter = min(size.width, size.height)
    return [1, 2, 4].first { scaled(shorter, $0) >= minimumSide } ?? 8
  }

  private static func scaled(_ side: Int, _ eighths: Int) -> Int { (side * eighths + 7) / 8 }

  private static func error(
    _ status: racnn_jpeg_status, _ message: [CChar], name: String
  ) -> ImageError? {
    let reason = String(cMessage: message)
    return switch status {
    case RACNN_JPEG_OK, RACNN_JPEG_UNENDED: nil
    case RACNN_JPEG_TRUNCATED: .truncated(path: name, format: .jpeg)
    case RACNN_JPEG_EXCESSIVE: .tooExpensive(path: name, format: .jpeg, reason: reason)
    default: .malformed(path: name, format: .jpeg, reason: reason)
    }
  }
}

extension String {
  /// The text up to the first zero.
  init(cMessage: [CChar]) {
    let bytes = cMessage.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    self = String(decoding: bytes, as: UTF8.self)
  }
}
