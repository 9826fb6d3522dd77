/// How the first row and column of a file's samples lie in the upright picture, by EXIF's numbers.
enum Orientation: Int, CaseIterable {
  case upright = 1
  case mirrored = 2
  case halfTurned = 3
  case flipped = 4
  case transposed = 5
  /// The camera was turned left: the picture is due a quarter turn to the right.
  case quarterTurnedLeft = 6
  case transversed = 7
  case quarterTurnedRight = 8

  /// Whether the file's rows are the picture's columns.
  var swapsSides: Bool { rawValue >= 5 }
}

extension Orientation {
  /// The orientation in a JPEG file's EXIF segment; upright without one, or if it makes no sense.
  init(jpeg bytes: [UInt8]) {
    let reader = ByteReader(bytes)
    var offset = 2
    // Segments up to the first scan: FF, marker, two bytes of length that count themselves.
    while reader[offset] == 0xff, let marker = reader[offset + 1] {
      if marker == 0xff {
        offset += 1
        continue
      }
      guard marker != 0xda, marker != 0xd9 else { break }
      // Markers that stand alone.
      if marker == 0x01 || (0xd0...0xd8).contains(marker) {
        offset += 2
        continue
      }
      guard let length = reader.integer(at: offset + 2, bytes: 2), length >= 2 else { break }
      // A length may be too short for the name that follows: then there is nothing after it.
      if marker == 0xe1, length >= 8, reader.matches("Exif\0\0", at: offset + 4) {
        self.init(exif: reader.slice(offset + 10..<offset + 2 + length))
        return
      }
      offset += 2 + length
    }
    self = .upright
  }

  /// The orientation in EXIF data, which is a TIFF file's first directory.
  init(exif reader: ByteReader) {
    self = Orientation.find(in: reader) ?? .upright
  }

  private static func find(in reader: ByteReader) -> Orientation? {
    var reader = reader
    if reader.matches("Exif\0\0", at: 0) { reader = reader.slice(6..<reader.count) }
    if reader.matches("II", at: 0) {
      reader.isBigEndian = false
    } else if !reader.matches("MM", at: 0) {
      return nil
    }
    guard reader.integer(at: 2, bytes: 2) == 42,
      let directory = reader.integer(at: 4, bytes: 4),
      let count = reader.integer(at: directory, bytes: 2)
    else { return nil }
    // Entries of 12 bytes: tag, type, count, and the value where it fits.
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = reader.integer(at: offset, bytes: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard reader.integer(at: offset + 4, bytes: 4) == 1,
        let type = reader.integer(at: offset + 2, bytes: 2), let length = [1: 1, 3: 2, 4: 4][type]
      else { return nil }
      return reader.integer(at: offset + 8, bytes: length).flatMap(Orientation.init(rawValue:))
    }
    return nil
  }
}

extension Image {
  /// The picture turned and mirrored as the orientation of its file's samples wants.
  func upright(from orientation: Orientation) -> Image {
    // Where the upright picture's first sample lies, and the way to the next column and row.
    let (w, h) = (width, height)
    let (start, column, row) =
      switch orientation {
      case .upright: (0, 1, w)
      case .mirrored: (w - 1, -1, w)
      case .halfTurned: (w * h - 1, -1, -w)
      case .flipped: (w * (h - 1), 1, -w)
      case .transposed: (0, w, 1)
      case .quarterTurnedLeft: (w * (h - 1), -w, 1)
      case .transversed: (w * h - 1, -w, -1)
      case .quarterTurnedRight: (w - 1, w, -1)
      }
    if orientation == .upright { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (h, w) : (w, h)
    return rearranged(
      width: newWidth, height: newHeight, start: start, column: column, row: row)
  }

  /// The picture whose pixel (x, y) is this one's pixel number `start + x * column + y * row`.
  func rearranged(width: Int, height: Int, start: Int, column: Int, row: Int) -> Image {
    let samples = [UInt8](unsafeUninitializedCapacity: 3 * width * height) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        // Bands of columns, so that the source rows of a quarter turn stay in the cache.
        for left in stride(from: 0, to: width, by: 64) {
          for y in 0..<height {
            var from = 3 * (start + left * column + y * row)
            var to = 3 * (y * width + left)
            for _ in left..<min(left + 64, width) {
              target[to] = source[from]
              target[to + 1] = source[from + 1]
              target[to + 2] = source[from + 2]
              from += 3 * column
              to += 3
            }
          }
        }
      }
      filled = 3 * width * height
    }
    return Image(width: width, height: height, pixels: samples)
  }
}
