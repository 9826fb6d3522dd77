import CJPEG
import CPNG
import Files

extension Image {
  /// The content of a PNG file with this picture, without loss.
  ///
  /// - Throws: `ImageError.notEncodable`.
  public func pngData() throws(ImageError) -> [UInt8] {
    func failure(_ reason: String) -> ImageError {
      .notEncodable(format: .png, width: width, height: height, reason: reason)
    }
    guard let columns = UInt32(exactly: width), let rows = UInt32(exactly: height),
      width <= Int(Int32.max) / 3
    else { throw failure("a side has too many pixels") }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = columns
    image.height = rows
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    // What deflate takes at most, a filter byte a row and the frames of chunks included.
    let raw = pixels.count + height
    let capacity = raw + raw / 256 + 1 << 12
    guard canAllocate(capacity) else { throw failure("there is no memory for it") }
    var succeeded = false
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      var size = capacity
      succeeded =
        png_image_write_to_memory(&image, buffer.baseAddress, &size, 0, pixels, 0, nil) != 0
      filled = succeeded ? size : 0
    }
    guard succeeded else {
      let message = withUnsafeBytes(of: image.message) { $0.map { CChar(bitPattern: $0) } }
      throw failure(String(cMessage: message))
    }
    return bytes
  }

  /// The content of a JPEG file with this picture.
  ///
  /// - Parameter quality: libjpeg's, 1 (smallest) to 100 (best). From 90 on, colours keep the full
  ///   resolution; below, they have half of it.
  /// - Throws: `ImageError.notEncodable`, such as for more than 65,500 pixels a side.
  public func jpegData(quality: Int = 90) throws(ImageError) -> [UInt8] {
    func failure(_ reason: String) -> ImageError {
      .notEncodable(format: .jpeg, width: width, height: height, reason: reason)
    }
    guard let columns = Int32(exactly: width), let rows = Int32(exactly: height) else {
      throw failure("a side has too many pixels")
    }
    var encoded: UnsafeMutablePointer<UInt8>?
    var size = 0
    var message = [CChar](repeating: 0, count: Int(RACNN_JPEG_MESSAGE))
    let status = racnn_jpeg_encode(
      pixels, columns, rows, Int32(min(max(quality, 1), 100)), quality >= 90 ? 1 : 0, &encoded,
      &size, &message)
    guard status == RACNN_JPEG_OK, let encoded else { throw failure(String(cMessage: message)) }
    defer { racnn_jpeg_free(encoded) }
    return Array(UnsafeBufferPointer(start: encoded, count: size))
  }
}
