import Files
import Foundation
import ImageDatasets
import Images
import Testing

@Suite struct LayoutTests {
  @Test func classFolders() throws {
    let folder = try TemporaryFolder()
    try folder.photos("wren", count: 20)
    try folder.photos("Étourneau", count: 10)
    try folder.photos("ani", count: 3)
    try folder.write("x", to: "ani/UPPER.JPEG")
    try folder.write("xx", to: "ani/b.PnG")
    try folder.write("x", to: "ani/notes.txt")
    try folder.write("x", to: "ani/.hidden.jpg")
    try folder.write("x", to: "ani/more/inside.jpg")
    try folder.write("x", to: "README.md")
    try folder.write("x", to: ".cache/a.jpg")
    let dataset = try ImageDataset(contentsOf: folder.path + "/", seed: 1)
    #expect(dataset.layout == .classFolders)
    #expect(dataset.root == folder.path)
    // The order is that of bytes, in which E with an accent comes after z.
    #expect(dataset.classNames == ["ani", "wren", "Étourneau"])
    #expect(dataset.skipped == 3)
    #expect(Split.allCases.map { dataset.samples[$0]?.count } == [25, 3, 7])
    for sample in dataset.samples.values.joined() {
      #expect(sample.path.hasPrefix(dataset.classNames[sample.label] + "/"))
      #expect(FileManager.default.fileExists(atPath: dataset.path(of: sample)))
    }
    #expect(!dataset.hasBoxes)
  }

  /// What others take for photos is not passed over in silence.
  @Test func strayPhotosAreKnown() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani"] { try folder.photos(name, count: 3) }
    for path in [
      "wren/a.HEIC", "wren/notes.txt", "wren/more/inside.jpg", "wren/empty/x.txt", "loose.jpg",
      "b.webp",
    ] { try folder.write("x", to: path) }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.skipped == 6)
    func paths(_ reason: StrayPhoto.Reason) -> [String] {
      dataset.stray.filter { $0.reason == reason }.map(\.path)
    }
    #expect(paths(.format) == ["b.webp", "wren/a.HEIC"])
    #expect(paths(.place) == ["loose.jpg", "wren/more"])
  }

  /// What was made of photos is not learned.
  @Test func contactSheetsAreNoPhotos() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani"] { try folder.photos(name, count: 3) }
    for name in ["0-crops.png", "0-crops-2.png"] { try folder.write("sheet", to: "wren/" + name) }
    // These are of no photo here.
    for name in ["9-crops.png", "0-crops-x.png", "crops.png", "0-crops.jpg"] {
      try folder.write(name, to: "ani/" + name)
    }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.manifest.files.values.joined().count == 10 && dataset.skipped == 2)
    #expect(dataset.stray.isEmpty)
  }

  /// A run that lies among the classes is none.
  @Test func runsAreNoClasses() throws {
    let folder = try TemporaryFolder()
    for name in ["wren", "ani"] { try folder.photos(name, count: 3) }
    try folder.write("{}", to: "runs/birds-1/config.json")
    try folder.write("{}", to: "one/config.json")
    try folder.write("{}", to: "done/config.json")
    try folder.write("{}", to: "done/splits.json")
    try folder.photos("done", count: 1)
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.classNames == ["ani", "wren"])
    try folder.folder("runs/other")
    #expect(throws: DatasetError.self) { try ImageDataset(contentsOf: folder.path, seed: 1) }
  }

  @Test(arguments: ["val", "valid", "Validation"]) func splitFolders(_ name: String) throws {
    let folder = try TemporaryFolder()
    for birds in ["wren", "ani"] {
      try folder.photos("train/\(birds)", count: 6)
      try folder.photos("\(name)/\(birds)", count: 2)
    }
    try folder.photos("Test/wren", count: 3)
    try folder.folder("Test/ani")
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.layout == .splitFolders)
    #expect(dataset.classNames == ["ani", "wren"])
    #expect(Split.allCases.map { dataset.samples[$0]?.count } == [12, 4, 3])
    #expect(dataset.samples[.test]?.map(\.label) == [1, 1, 1])
    #expect(dataset.samples[.validation]?.first == Sample(path: "\(name)/ani/0.jpg", label: 0))
  }

  @Test func missingSplitsAreCutFromTraining() throws {
    let folder = try TemporaryFolder()
    for birds in ["wren", "ani"] {
      try folder.photos("train/\(birds)", count: 10)
      try folder.photos("test/\(birds)", count: 4)
    }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(Split.allCases.map { dataset.samples[$0]?.count } == [18, 2, 8])
    #expect(dataset.samples[.validation]?.allSatisfy { $0.path.hasPrefix("train/") } == true)
  }

  @Test func aClassMayBeCalledTrain() throws {
    let folder = try TemporaryFolder()
    for vehicle in ["train", "bus", "test"] { try folder.photos(vehicle, count: 5) }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.layout == .classFolders)
    #expect(dataset.classNames == ["bus", "test", "train"])
  }

  @Test func caltechBirds() throws {
    let folder = try TemporaryFolder()
    try folder.caltechBirds()
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.layout == .caltechBirds)
    #expect(dataset.classNames == ["004.Ani", "009.Brewer", "030.Crow"])
    #expect(Split.allCases.map { dataset.samples[$0]?.count } == [12, 3, 9])
    #expect(dataset.hasBoxes)
    #expect(
      dataset.samples[.test]?[4]
        == Sample(
          path: "images/009.Brewer/6 a.jpg", label: 1,
          box: Rectangle(x: 6, y: 2.5, width: 10, height: 20)))
  }

  @Test func caltechBirdsWithoutOptionalLists() throws {
    let folder = try TemporaryFolder()
    try folder.caltechBirds(replacing: ["train_test_split.txt": "-", "bounding_boxes.txt": "-"])
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(Split.allCases.map { dataset.samples[$0]?.count } == [15, 3, 6])
    #expect(!dataset.hasBoxes)
  }

  @Test func linksAreFollowed() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try TemporaryFolder()
    try elsewhere.photos("a", count: 5)
    try elsewhere.write("photo", to: "blob-17")
    try folder.photos("wren", count: 5)
    try folder.link("ani", to: elsewhere.path + "/a")
    try folder.link("wren/linked.jpg", to: elsewhere.path + "/blob-17")
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(dataset.classNames == ["ani", "wren"])
    #expect(dataset.samples.values.joined().contains { $0.path == "wren/linked.jpg" })
  }

  @Test func theModelsClassesDecideTheLabels() throws {
    let folder = try TemporaryFolder()
    try folder.photos("test/wren", count: 2)
    let dataset = try ImageDataset(
      contentsOf: folder.path, seed: 1, classNames: ["wren", "ani", "crow"])
    #expect(dataset.classNames == ["wren", "ani", "crow"])
    #expect(dataset.samples[.test]?.map(\.label) == [0, 0])
    #expect(dataset.samples[.train] == [])
    #expect(throws: DatasetError.self) {
      try ImageDataset(contentsOf: folder.path, seed: 1, classNames: ["crow", "ani"])
    }
  }
}

/// `../shared`, or the folder that the environment names.
private let shared =
  ProcessInfo.processInfo.environment["RACNN_SHARED"]
  ?? URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared").standardized.path
private let birds = shared + "/datasets/cub20"

@Suite(.enabled(if: FileManager.default.fileExists(atPath: birds + "/images.txt")))
struct CUB20Tests {
  @Test func countsAreThoseOfItsReadme() throws {
    let dataset = try ImageDataset(contentsOf: birds, seed: 1)
    #expect(dataset.classNames.count == 20)
    #expect(dataset.classNames.first == "004.Groove_billed_Ani")
    let counts = Split.allCases.map { dataset.samples[$0]?.count ?? 0 }
    #expect(counts[0] + counts[1] == 600 && counts[2] == 585)
    #expect(counts[1] == 60)
    #expect(dataset.samples.values.joined().allSatisfy { $0.box != nil })
    let again = try ImageDataset(contentsOf: birds, manifest: dataset.manifest)
    #expect(again.samples == dataset.samples)
  }

  @Test func photosOfAnySizeBecomeSources() throws {
    let dataset = try ImageDataset(contentsOf: birds, seed: 1)
    let cache = SourceCache(dataset: birds, sourceSize: 96, memoryBudget: 1 << 20)
    for sample in (dataset.samples[.test] ?? []).prefix(8) {
      let source = try cache.source(sample)
      #expect(min(source.image.width, source.image.height) == Source.shorterSide(96))
      let whole = try Photo(contentsOf: dataset.path(of: sample))
      #expect(source.width == whole.width && source.height == whole.height)
      let box = try #require(sample.box)
      #expect(box.x + box.width <= Double(source.width) + 1)
      #expect(box.y + box.height <= Double(source.height) + 1)
    }
  }
}
