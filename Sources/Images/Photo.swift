import Files

/// A decoded photo, upright, and the size that it has in its file.
public struct Photo: Sendable {
  /// The pixels, upright; smaller than the file's when `minimumSide` allowed that.
  public let image: Image
  /// Pixels a row of the original, upright.
  public let width: Int
  /// Rows of the original, upright.
  public let height: Int
  /// Whether a JPEG file lacks its end marker. All lines are there, so it is no error; yet the file
  /// may have been cut, and whoever shows messages should say so, by `lacksEndText`.
  public let lacksEnd: Bool
  /// What is odd about a photo that lacks its end.
  public static let lacksEndText =
    "the JPEG file's end marker is missing; all of its lines are there"

  /// How many pixels are decoded at most; more are an error, before memory is taken for them.
  ///
  /// The samples of so many take half a gibibyte; Pillow calls twice as many a bomb.
  public static let pixelLimit = 178_956_970
  /// How many bytes a file may have.
  static let fileLimit = 1 << 30

  /// Reads the JPEG or PNG file at `path`; its content tells which it is, its name does not matter.
  ///
  /// The result is upright (the EXIF orientation is applied), in 8 bits, without alpha.
  ///
  /// - Parameter minimumSide: when given, a JPEG file may be decoded at a half, a quarter or an
  ///   eighth of its size, which is much faster, as long as neither side gets fewer pixels than
  ///   this.
  /// - Throws: `ImageError`, which names the file.
  public init(contentsOf path: String, minimumSide: Int? = nil) throws(ImageError) {
    try self.init(decoding: try Photo.content(of: path), name: path, minimumSide: minimumSide)
  }

  /// The bytes of the photo's file at `path`, which may have a gibibyte at most.
  public static func content(of path: String) throws(ImageError) -> [UInt8] {
    do throws(FileError) {
      return try FileReader.bytes(path, limit: fileLimit)
    } catch {
      throw .file(error)
    }
  }

  /// Decodes the content of a JPEG or PNG file, as `init(contentsOf:minimumSide:)` does.
  ///
  /// - Parameter name: what errors call it.
  public init(
    decoding bytes: [UInt8], name: String, minimumSide: Int? = nil
  ) throws(ImageError) {
    let decoded: Image
    let orientation: Orientation
    let size: (width: Int, height: Int)
    if JPEGDecoder.recognizes(bytes) {
      let decoder = try JPEGDecoder(bytes, name: name)
      (decoded, lacksEnd) = try decoder.decode(minimumSide: minimumSide)
      (size, orientation) = (decoder.size, decoder.orientation)
    } else if PNGDecoder.recognizes(bytes) {
      let decoder = try PNGDecoder(bytes, name: name)
      decoded = try decoder.decode()
      lacksEnd = false
      (size, orientation) = (decoder.size, decoder.orientation)
    } else {
      throw bytes.isEmpty ? .empty(path: name) : .unknownFormat(path: name)
    }
    // Turning makes a second picture.
    guard orientation == .upright || canAllocate(decoded.pixels.count) else {
      throw .outOfMemory(path: name, bytes: decoded.pixels.count)
    }
    image = decoded.upright(from: orientation)
    (width, height) = orientation.swapsSides ? (size.height, size.width) : size
  }

  /// Checks a size that a file claims, then that there is memory for its samples.
  static func checkSize(_ width: Int, _ height: Int, name: String) throws(ImageError) {
    let (area, overflows) = width.multipliedReportingOverflow(by: height)
    guard !overflows, area <= pixelLimit else {
      throw .tooLarge(path: name, width: width, height: height, limit: pixelLimit)
    }
  }

  /// Makes a picture whose samples `body` writes; `body` returns an error if it could not.
  static func make(
    width: Int, height: Int, name: String,
    _ body: (UnsafeMutablePointer<UInt8>) -> ImageError?
  ) throws(ImageError) -> Image {
    let count = 3 * width * height
    guard canAllocate(count) else { throw .outOfMemory(path: name, bytes: count) }
    var failure: ImageError?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let start = buffer.baseAddress else { return }
      failure = body(start)
      filled = failure == nil ? count : 0
    }
    if let failure { throw failure }
    return Image(width: width, height: height, pixels: pixels)
  }
}
