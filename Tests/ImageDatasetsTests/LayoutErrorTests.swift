import Foundation
import ImageDatasets
import Testing

/// What is wrong, where, and what to do, in one line.
@Suite struct LayoutErrorTests {
  private func failure(_ folder: TemporaryFolder) -> String {
    let text = message { try ImageDataset(contentsOf: folder.path, seed: 1) }
    #expect(!text.contains("\n"))
    return text.replacingOccurrences(of: folder.path, with: "ROOT")
  }

  @Test func noFolder() {
    #expect(
      message { try ImageDataset(contentsOf: "/nonexistent", seed: 1) }
        == "cannot read /nonexistent: No such file or directory")
  }

  @Test func noClasses() throws {
    let folder = try TemporaryFolder()
    #expect(failure(folder).hasPrefix("ROOT holds no class folders: put the photos"))
    try folder.photos(".", count: 2)
    #expect(failure(folder).hasPrefix("ROOT holds no class folders (but 2 photos): put"))
    try folder.photos("only", count: 2)
    #expect(
      failure(folder)
        == "ROOT holds photos of one class only (only): add a folder for each other class")
  }

  @Test func emptyClass() throws {
    let folder = try TemporaryFolder()
    try folder.photos("wren", count: 2)
    try folder.photos("ani/deep", count: 2)
    #expect(
      failure(folder)
        == "class ani has no photo in ROOT/ani (its subfolder is not looked into): "
        + "add photos (.jpg, .jpeg, .png), or remove the class")
  }

  @Test func splitFolders() throws {
    let folder = try TemporaryFolder()
    try folder.photos("test/wren", count: 2)
    #expect(failure(folder).hasPrefix("ROOT holds test but no train folder: add one"))
    try folder.photos("train/wren", count: 2)
    try folder.photos("train/ani", count: 2)
    #expect(failure(folder) == "no error")
    try folder.photos("test/crow", count: 2)
    #expect(
      failure(folder)
        == "ROOT/test/crow/0.jpg is of class crow, of which there is no photo to train on: "
        + "add training photos of it, or remove it")
    try folder.remove("test/crow")
    try folder.folder("val/wren")
    #expect(failure(folder).hasPrefix("ROOT/val holds no photo: add some, or remove"))
    try folder.photos("val/wren", count: 1)
    try folder.photos("valid/wren", count: 1)
    #expect(failure(folder) == "ROOT/val and ROOT/valid are the same split: keep one of the two")
  }

  @Test func theSameFileTwice() throws {
    let folder = try TemporaryFolder()
    try folder.photos("wren", count: 3)
    try folder.photos("ani", count: 3)
    try folder.link("wren/x.jpg", to: "../ani/2.jpg")
    #expect(
      failure(folder) == "ROOT/wren/x.jpg is the same file as ROOT/ani/2.jpg: remove one of the two"
    )
    try folder.remove("wren/x.jpg")
  }

  /// It is a photo that cannot be read, which whoever decodes photos will find.
  @Test func aLinkThatLeadsNowhere() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani"] { try folder.photos(name, count: 3) }
    try folder.link("wren/x.jpg", to: "nowhere.jpg")
    try folder.link("wren/y.jpg", to: "y.jpg")
    var asked: [String] = []
    let dataset = try ImageDataset(
      contentsOf: folder.path, seed: 1,
      isReadable: { path in
        asked.append(path)
        return !path.hasSuffix("x.jpg") && !path.hasSuffix("y.jpg")
      })
    #expect(asked.count == 8 && dataset.omitted == ["wren/x.jpg", "wren/y.jpg"])
  }

  /// Who opens a pipe waits until another program writes to it.
  @Test func aPipeIsNoPhoto() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani"] { try folder.photos(name, count: 3) }
    try #require(mkfifo(folder.path + "/wren/x.jpg", 0o600) == 0)
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.manifest.files.values.joined().count == 6 && dataset.skipped == 1)
  }

  @Test func aClassOrSplitNoneOfWhichCanBeRead() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani", "owl"] { try folder.photos(name, count: 3) }
    let error = #expect(throws: DatasetError.self) {
      try ImageDataset(contentsOf: folder.path, seed: 1, isReadable: { !$0.contains("/owl/") })
    }
    #expect(error == .unreadablePhotos(of: "class owl", first: folder.path + "/owl/0.jpg"))

    let split = try TemporaryFolder()
    for name in ["train/wren", "train/ani", "val/wren"] { try split.photos(name, count: 3) }
    let lost = #expect(throws: DatasetError.self) {
      try ImageDataset(contentsOf: split.path, seed: 1, isReadable: { !$0.contains("/val/") })
    }
    #expect(
      lost
        == .unreadablePhotos(of: "the split validation", first: split.path + "/val/wren/0.jpg"))
    #expect(try ImageDataset(contentsOf: split.path, seed: 1).madeSplits == [.test])
  }

  @Test func aNameThatIsNoText() throws {
    let folder = try TemporaryFolder()
    try folder.photos("wren", count: 3)
    let name: [CChar] =
      Array((folder.path + "/wren/caf").utf8CString.dropLast())
      + [CChar(bitPattern: 0xe9), 0]
    let file = fopen(name, "w")
    #expect(file != nil)
    if let file { fclose(file) }
    #expect(
      failure(folder)
        == "ROOT/wren holds a file whose name is not UTF-8 text (caf\u{fffd}): rename it")
  }

  @Test(arguments: [
    ("images.txt", "x 004.Ani/0 a.jpg", "ROOT/images.txt:1: write a number, a blank and a value"),
    ("images.txt", "\n7", "ROOT/images.txt:2: write a number, a blank and a value"),
    (
      "images.txt", "99999999999999999999 004.Ani/0 a.jpg",
      "ROOT/images.txt:1: write a number, a blank and a value"
    ),
    (
      "images.txt", "300 ../secret.jpg",
      "ROOT/images.txt:1: ../secret.jpg is no path within the folder images"
    ),
    (
      "images.txt", "300 /etc/passwd",
      "ROOT/images.txt:1: /etc/passwd is no path within the folder images"
    ),
    (
      "images.txt", "300 004.Ani/0 a.jpg\n\n300 004.Ani/1 a.jpg",
      "ROOT/images.txt:3: number 300 is in line 1 already: remove one of the two"
    ),
    (
      "images.txt", "300 004.Ani/0 a.jpg\n301 004.Ani/0 a.jpg",
      "ROOT/images.txt:2: this photo is in line 1 already: remove one of the two"
    ),
    (
      "classes.txt", "4 a\n9 a",
      "ROOT/classes.txt:2: this class is in line 1 already: rename one of the two"
    ),
    (
      "classes.txt", "4 a\n9 b",
      "ROOT/image_class_labels.txt:17: class 30 is not in classes.txt: add it there"
    ),
    (
      "classes.txt", "4 a\n9 b\n30 c\n31 d",
      "class d has no photo in ROOT/image_class_labels.txt: "
        + "add photos (.jpg, .jpeg, .png), or remove the class"
    ),
    (
      "image_class_labels.txt", "300 four",
      "ROOT/image_class_labels.txt:1: write a photo's number, a blank and its class's number"
    ),
    (
      "image_class_labels.txt", "300 4",
      "ROOT/images.txt:2: photo 301 is not in image_class_labels.txt: add it there"
    ),
    (
      "train_test_split.txt", "300 2",
      "ROOT/train_test_split.txt:1: write a photo's number, a blank, and 1 (train) or 0 (test)"
    ),
    (
      "train_test_split.txt", "300 1\n5 1",
      "ROOT/train_test_split.txt:2: photo 5 is not in images.txt: remove the line"
    ),
    (
      "train_test_split.txt", "300 1",
      "ROOT/images.txt:2: photo 301 is not in train_test_split.txt: add it there"
    ),
    (
      "bounding_boxes.txt", "300 1 2 0 4",
      "ROOT/bounding_boxes.txt:1: "
        + "write a photo's number, x, y, and a width and height above 0, in pixels"
    ),
    (
      "bounding_boxes.txt", "300 1 2 nan 4",
      "ROOT/bounding_boxes.txt:1: "
        + "write a photo's number, x, y, and a width and height above 0, in pixels"
    ),
    ("classes.txt", "-", "cannot read ROOT/classes.txt: No such file or directory"),
  ]) func malformedLists(_ name: String, _ text: String, _ expected: String) throws {
    let folder = try TemporaryFolder()
    try folder.caltechBirds(replacing: [name: text])
    #expect(failure(folder) == expected)
  }

  @Test func caltechBirdsPhotos() throws {
    let folder = try TemporaryFolder()
    try folder.caltechBirds()
    try folder.remove("images/004.Ani/3 a.jpg")
    #expect(
      failure(folder)
        == "ROOT/images.txt:4: cannot read ROOT/images/004.Ani/3 a.jpg: No such file or directory; "
        + "add the photo, or remove the line")
    try folder.folder("images/004.Ani/3 a.jpg")
    #expect(
      failure(folder) == "ROOT/images.txt:4: ROOT/images/004.Ani/3 a.jpg is a folder, not a photo")
  }

  @Test func aClassThatIsOnlyTested() throws {
    let folder = try TemporaryFolder()
    let splits = (0..<24).map { "\(300 - $0 / 8 * 100 + $0 % 8) \($0 < 16 ? 1 : 0)" }
    try folder.caltechBirds(replacing: ["train_test_split.txt": splits.joined(separator: "\n")])
    #expect(
      failure(folder).hasPrefix("ROOT/images/030.Crow/0 a.jpg is of class 030.Crow, of which"))
  }

  @Test func fractions() throws {
    let folder = try TemporaryFolder()
    try folder.photos("wren", count: 2)
    try folder.photos("ani", count: 2)
    #expect(
      message { try ImageDataset(contentsOf: folder.path, seed: 1, validationFraction: 1) }
        == "the validation part is 1.0: it must be at least 0 and less than 1")
    #expect(throws: DatasetError.self) {
      try ImageDataset(contentsOf: folder.path, seed: 1, testFraction: .nan)
    }
  }
}
