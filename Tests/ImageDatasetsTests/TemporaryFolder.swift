import Foundation
import Images
import Testing

/// A folder that is removed with everything in it at the end.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `text` to a file below, with the folders that lead to it.
  func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try folder((name as NSString).deletingLastPathComponent)
    // Not flushed to the disk: hundreds of small files would take seconds.
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func folder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path + "/" + name, withIntermediateDirectories: true)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: path + "/" + name)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path + "/" + name, withDestinationPath: target)
  }

  /// Writes files that only bear a photo's name, one more byte in each.
  func photos(_ folder: String, count: Int) throws {
    for index in 0..<count {
      try write(String(repeating: "x", count: index + 1), to: "\(folder)/\(index).jpg")
    }
  }

  /// Writes the CUB-200-2011 layout: three classes of which the first has no number 1.
  ///
  /// - Parameter replacing: the text of lists that are to differ from the sound ones.
  func caltechBirds(replacing lists: [String: String] = [:]) throws {
    var texts = [
      "classes.txt": "4 004.Ani\n9 009.Brewer\r\n30 030.Crow\n",
      "images.txt": "", "image_class_labels.txt": "", "train_test_split.txt": "",
      "bounding_boxes.txt": "",
    ]
    for (place, (id, name)) in [(4, "004.Ani"), (9, "009.Brewer"), (30, "030.Crow")].enumerated() {
      for index in 0..<8 {
        let photo = 100 * (3 - place) + index
        texts["images.txt"]? += "\(photo) \(name)/\(index) a.jpg\n"
        texts["image_class_labels.txt"]? += "\(photo) \(id)\n"
        texts["train_test_split.txt"]? += "\(photo) \(index < 5 ? 1 : 0)\n"
        texts["bounding_boxes.txt"]? += "\(photo) \(index).0 2.5 10.0 20.0\n"
        try write("\(photo)", to: "images/\(name)/\(index) a.jpg")
      }
    }
    texts.merge(lists) { $1 }
    for (name, text) in texts where text != "-" { try write(text, to: name) }
  }
}

/// A picture in which each pixel differs from the next, and pictures of other seeds from it.
func noise(width: Int, height: Int, seed: Int) -> Image {
  var state = UInt32(truncatingIfNeeded: seed &* 7919 &+ 1)
  let pixels = (0..<3 * width * height).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(state >> 24)
  }
  return Image(width: width, height: height, pixels: pixels)
}

/// The description of the error that `body` throws.
func message<Value>(_ body: () throws -> Value) -> String {
  do {
    _ = try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
