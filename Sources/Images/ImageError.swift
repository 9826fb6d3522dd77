public import Files

/// What can go wrong with a picture's file or its encoding.
public enum ImageError: Error, Hashable, Sendable {
  /// The formats that are read.
  public enum Format: String, Hashable, Sendable {
    /// The format of the Joint Photographic Experts Group.
    case jpeg = "JPEG"
    /// Portable Network Graphics.
    case png = "PNG"
  }

  /// The file cannot be opened or read.
  case file(FileError)
  /// The file has not one byte.
  case empty(path: String)
  /// The file begins neither as a JPEG nor as a PNG file does.
  case unknownFormat(path: String)
  /// The file breaks its format's rules; `reason` is that of libjpeg or libpng.
  case malformed(path: String, format: Format, reason: String)
  /// The file ends before its picture does.
  case truncated(path: String, format: Format)
  /// The picture has more than `limit` pixels.
  case tooLarge(path: String, width: Int, height: Int, limit: Int)
  /// Decoding costs more time or memory than a picture of that size may.
  case tooExpensive(path: String, format: Format, reason: String)
  /// There is no memory for the picture's samples.
  case outOfMemory(path: String, bytes: Int)
  /// The picture cannot be encoded, such as one of more than 65,500 pixels a side to JPEG.
  case notEncodable(format: Format, width: Int, height: Int, reason: String)
}

extension ImageError: CustomStringConvertible {
  /// The file, what is wrong with it and what helps, in one line.
  public var description: String {
    switch self {
    case .file(let error):
      "\(error)"
    case .empty(let path):
      "cannot read \(path): it is empty; copy or download it again"
    case .unknownFormat(let path):
      "cannot read \(path): it is neither a JPEG nor a PNG file; convert it to one of these"
    case .malformed(let path, let format, let reason):
      "cannot decode \(path): the \(format.rawValue) file is broken (\(oneLine(reason))); "
        + "replace or remove it"
    case .truncated(let path, let format):
      "cannot decode \(path): the \(format.rawValue) file ends early; copy or download it again"
    case .tooLarge(let path, let width, let height, let limit):
      "cannot decode \(path): its \(width) x \(height) pixels are more than the \(limit) that are "
        + "taken; scale it down"
    case .tooExpensive(let path, let format, let reason):
      "cannot decode \(path): the \(format.rawValue) file asks for too much (\(oneLine(reason))); "
        + "replace or remove it"
    case .outOfMemory(let path, let bytes):
      "cannot decode \(path): there is no memory for its \(bytes) bytes of pixels; scale it down"
    case .notEncodable(let format, let width, let height, let reason):
      "cannot encode a picture of \(width) x \(height) pixels as \(format.rawValue): "
        + oneLine(reason)
    }
  }
}

/// The libraries quote what they found in the file, so that control characters may be in it.
private func oneLine(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 ? " " : $0 }))
}
