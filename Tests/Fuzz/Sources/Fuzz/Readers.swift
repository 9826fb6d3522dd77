@testable import Images
@testable import Weights

/// JPEG and PNG: at full size, or for half of the inputs at a fraction of it. Of pictures that claim
/// more than 16,384 pixels the header alone: decoding them a thousand times a second is out of reach.
@Sendable func readPhoto(_ bytes: UnsafeRawBufferPointer) {
  let bytes = Array(bytes)
  let size =
    JPEGDecoder.recognizes(bytes)
    ? try? JPEGDecoder(bytes, name: "fuzz").size : try? PNGDecoder(bytes, name: "fuzz").size
  if let size, size.width * size.height > 1 << 14 { return }
  let side = bytes.count % 2 == 0 ? nil : 8
  guard let photo = try? Photo(decoding: bytes, name: "fuzz", minimumSide: side) else { return }
  precondition(photo.image.pixels.count == 3 * photo.image.width * photo.image.height)
}

/// EXIF: the data alone, and as a JPEG file's first bytes.
@Sendable func readOrientation(_ bytes: UnsafeRawBufferPointer) {
  _ = Orientation(exif: ByteReader(Array(bytes)))
  _ = Orientation(jpeg: [0xff, 0xd8] + bytes)
}

/// Safetensors: the header, then all values, as numbers.
@Sendable func readSafetensors(_ bytes: UnsafeRawBufferPointer) {
  guard let header = try? SafetensorsHeader(bytes) else { return }
  for entry in header.entries.values {
    let range =
      header.dataStart + entry.bytes.lowerBound..<header.dataStart + entry.bytes.upperBound
    let view = ElementView(type: entry.type, shape: entry.shape, bytes: range)
    precondition((view.floats(in: bytes)?.count ?? view.count) == view.count)
  }
}

/// PyTorch: zip or pickles by the first bytes, then all values, as numbers.
@Sendable func readPyTorch(_ bytes: UnsafeRawBufferPointer) {
  guard let layout = try? PyTorchLayout(bytes, path: "fuzz") else { return }
  for view in layout.views.values {
    precondition((view.floats(in: bytes)?.count ?? view.count) == view.count)
  }
}
