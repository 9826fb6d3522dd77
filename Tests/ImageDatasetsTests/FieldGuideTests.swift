import Files
import Foundation
import ImageDatasets
import Images
import Testing

/// A path where nothing is yet, removed with everything in it after `body`.
private func withNewFolder(_ body: (String) throws -> Void) throws {
  let parent = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: parent) }
  try body(parent.path + "/birds/guide")
}

/// Draws a guide of few and small pictures.
private func write(to folder: String, seed: UInt64 = 1, train: Int = 2, test: Int = 1) throws {
  try FieldGuide.write(
    to: folder, seed: seed, trainPerClass: train, testPerClass: test, size: 64)
}

private func rows(_ path: String) throws -> [[String]] {
  try FileReader.text(path).split(separator: "\n").map {
    $0.split(separator: " ").map(String.init)
  }
}

private func pictures(in folder: String) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: folder + "/images")
    .filter { $0.hasSuffix(".jpg") }.sorted()
}

@Suite struct FieldGuideTests {
  @Test func writesTheLayoutOfCUB() throws {
    try withNewFolder { folder in
      try write(to: folder)
      let classes = try rows(folder + "/classes.txt")
      #expect(classes.map { $0[0] } == (1...8).map(String.init))
      #expect(classes.map { $0[1] } == FieldGuide.speciesNames)
      #expect(FieldGuide.speciesNames.sorted() == FieldGuide.speciesNames)

      let images = try rows(folder + "/images.txt")
      let labels = try rows(folder + "/image_class_labels.txt")
      let splits = try rows(folder + "/train_test_split.txt")
      let boxes = try rows(folder + "/bounding_boxes.txt")
      let ids = (1...24).map(String.init)
      for list in [images, labels, splits, boxes] { #expect(list.map { $0[0] } == ids) }
      for (image, label) in zip(images, labels) {
        let folder = try #require(image[1].split(separator: "/").first.map(String.init))
        #expect(FieldGuide.speciesNames.firstIndex(of: folder) == Int(label[1]).map { $0 - 1 })
      }
      #expect(splits.map { $0[1] } == (0..<8).flatMap { _ in ["1", "1", "0"] })
      #expect(try pictures(in: folder) == images.map { $0[1] }.sorted())
      for image in images {
        let photo = try Photo(contentsOf: folder + "/images/" + image[1])
        #expect(photo.width == 64 && photo.height == 64)
      }
    }
  }

  @Test func boxesHoldTheHeadWithinThePicture() throws {
    try withNewFolder { folder in
      try write(to: folder, train: 6, test: 2)
      for row in try rows(folder + "/bounding_boxes.txt") {
        let box = try row.dropFirst().map { try #require(Double($0)) }
        #expect(box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= 64 && box[1] + box[3] <= 64)
        // A tenth of the side at least, and a seventh with up to half as much again of bill.
        #expect(box[2] >= 6.3 && box[3] >= 6.3 && box[2] <= 15 && box[3] <= 15)
      }
    }
  }

  @Test func leavesTheSameGuideAlone() throws {
    try withNewFolder { folder in
      try write(to: folder)
      let path = folder + "/images/" + (try pictures(in: folder)[0])
      try AtomicFile.write("touched", to: path)
      try write(to: folder)
      #expect(try FileReader.text(path) == "touched")
    }
  }

  @Test func drawsTheSameFilesAgain() throws {
    try withNewFolder { folder in
      try write(to: folder + "/a")
      try write(to: folder + "/b")
      try write(to: folder + "/c", seed: 2)
      for name in try pictures(in: folder + "/a") {
        let first = try FileReader.bytes(folder + "/a/images/" + name)
        #expect(try FileReader.bytes(folder + "/b/images/" + name) == first)
        #expect(try FileReader.bytes(folder + "/c/images/" + name) != first)
      }
    }
  }

  @Test func replacesAnotherGuide() throws {
    try withNewFolder { folder in
      try write(to: folder, train: 3, test: 1)
      let path = folder + "/images/" + (try pictures(in: folder)[0])
      let before = try FileReader.bytes(path)
      try write(to: folder, seed: 2)
      #expect(try FileReader.bytes(path) != before)
      #expect(try pictures(in: folder).count == 24)
      #expect(try rows(folder + "/images.txt").count == 24)
    }
  }

  @Test(arguments: ["images.txt", "images/001.Plain_Needlebill/Plain_Needlebill_0002.jpg"])
  func drawsAgainWhatIsIncomplete(lost: String) throws {
    try withNewFolder { folder in
      try write(to: folder)
      let bytes = try FileReader.bytes(folder + "/" + lost)
      try FileManager.default.removeItem(atPath: folder + "/" + lost)
      try write(to: folder)
      #expect(try FileReader.bytes(folder + "/" + lost) == bytes)
    }
  }

  @Test func anInterruptedDrawingHasNoListsAndIsDrawnAnew() throws {
    try withNewFolder { folder in
      try write(to: folder)
      // A folder in a picture's place stops the drawing.
      let blocked = folder + "/images/008.Striped_Spectacled_Stoutbill"
      let picture = blocked + "/Striped_Spectacled_Stoutbill_0003.jpg"
      try FileManager.default.removeItem(atPath: picture)
      try FileManager.default.createDirectory(
        atPath: picture + "/x", withIntermediateDirectories: true)
      #expect(throws: FileError.self) { try write(to: folder, seed: 2) }
      #expect(!FileManager.default.fileExists(atPath: folder + "/images.txt"))
      try FileManager.default.removeItem(atPath: picture)
      try write(to: folder, seed: 2)
      #expect(try rows(folder + "/images.txt").count == 24)
      #expect(try pictures(in: folder).count == 24)
    }
  }

  @Test func refusesAFolderOfOtherThings() throws {
    try withNewFolder { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try AtomicFile.write("keep me", to: folder + "/holiday.txt")
      #expect(throws: FieldGuideError.notAFieldGuide(folder: folder)) { try write(to: folder) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["holiday.txt"])
    }
  }

  @Test func refusesNumbersThatCannotBeDrawn() throws {
    try withNewFolder { folder in
      let error = FieldGuideError.outOfRange(name: "trainPerClass", value: 0, range: 1...4000)
      #expect(throws: error) { try write(to: folder, train: 0) }
      #expect(!FileManager.default.fileExists(atPath: folder))
    }
  }

  @Test func tellsHowFarItIs() throws {
    try withNewFolder { folder in
      let seen = Seen()
      try FieldGuide.write(to: folder, seed: 1, trainPerClass: 2, testPerClass: 1, size: 32) {
        seen.counts.append($0)
        #expect($1 == 24)
      }
      #expect(seen.counts == [16, 24])
    }
  }
}

/// What a progress closure was told.
private final class Seen {
  var counts: [Int] = []
}
