import Foundation
import ImageDatasets
import Testing

@Suite struct SplitTests {
  private func counts(_ dataset: ImageDataset, _ split: Split) -> [Int] {
    dataset.classNames.indices.map { label in
      (dataset.samples[split] ?? []).filter { $0.label == label }.count
    }
  }

  @Test func eachClassIsCutAlike() throws {
    let folder = try TemporaryFolder()
    for (name, count) in [("a", 100), ("b", 40), ("c", 5), ("d", 4), ("e", 1), ("f", 7)] {
      try folder.photos(name, count: count)
    }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    #expect(counts(dataset, .test) == [20, 8, 1, 1, 0, 1])
    #expect(counts(dataset, .validation) == [8, 3, 0, 0, 0, 1])
    #expect(counts(dataset, .train) == [72, 29, 4, 3, 1, 5])
    let whole = try ImageDataset(
      contentsOf: folder.path, seed: 1, validationFraction: 0, testFraction: 0)
    #expect(counts(whole, .train) == [100, 40, 5, 4, 1, 7])
    let greedy = try ImageDataset(
      contentsOf: folder.path, seed: 1, validationFraction: 0.99, testFraction: 0.99)
    #expect(counts(greedy, .train).allSatisfy { $0 >= 1 })
  }

  @Test func seedsDecideAndNothingElse() throws {
    let names = ["a", "b", "c"]
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    for name in names { try folder.photos(name, count: 30) }
    // Made in the reverse order, and with one class more, which must not move the others' photos.
    try other.photos("d", count: 30)
    for name in names.reversed() {
      for index in (0..<30).reversed() {
        try other.write(String(repeating: "x", count: index + 1), to: "\(name)/\(index).jpg")
      }
    }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 1)
    let same = try ImageDataset(contentsOf: other.path, seed: 1)
    for split in Split.allCases {
      #expect(dataset.samples[split] == same.samples[split]?.filter { $0.label < 3 })
    }
    let different = try ImageDataset(contentsOf: folder.path, seed: 2)
    #expect(dataset.samples[.test] != different.samples[.test])
    // Splits do not overlap, and the classes do not share their places.
    let paths = dataset.samples.values.joined().map(\.path)
    #expect(Set(paths).count == 90 && paths.count == 90)
    let places = names.map { name in
      (dataset.samples[.test] ?? []).map(\.path).filter { $0.hasPrefix(name) }
        .map { $0.dropFirst() }
    }
    #expect(places[0] != places[1])
  }

  @Test func manifestsBringTheSplitsBack() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.photos(name, count: 20) }
    let dataset = try ImageDataset(contentsOf: folder.path, seed: 9)
    let json = try JSONEncoder().encode(dataset.manifest)
    let manifest = try JSONDecoder().decode(SplitManifest.self, from: json)
    #expect(manifest == dataset.manifest)
    #expect(manifest.files.keys.sorted() == ["test", "train", "validation"])
    let again = try ImageDataset(contentsOf: folder.path, manifest: manifest)
    #expect(again.samples == dataset.samples && again.classNames == dataset.classNames)
    #expect(again.manifest == manifest)
  }

  @Test func changesAreNoticed() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.photos(name, count: 20) }
    let manifest = try ImageDataset(contentsOf: folder.path, seed: 9).manifest
    func failure() -> String {
      message { try ImageDataset(contentsOf: folder.path, manifest: manifest) }
        .replacingOccurrences(of: folder.path, with: "ROOT")
    }
    #expect(failure() == "no error")
    try folder.write("longer than it was before, by some bytes", to: "a/3.jpg")
    #expect(
      failure()
        == "ROOT is not as it was when its splits were made: a/3.jpg has 40 bytes and had 4; "
        + "restore it, or start a new run")
    try folder.remove("a/3.jpg")
    try folder.remove("a/4.jpg")
    #expect(failure().contains(": a/3.jpg (and 1 more) is missing;"))
  }

  /// Photos that came since, of a class that is known or not, change nothing.
  @Test func newPhotosAreLeftOut() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.photos(name, count: 20) }
    let before = try ImageDataset(contentsOf: folder.path, seed: 9)
    #expect(before.added == [])
    try folder.write("x", to: "b/new.png")
    try folder.photos("c", count: 2)
    let after = try ImageDataset(contentsOf: folder.path, manifest: before.manifest)
    #expect(after.added.first == "b/new.png" && after.added.count == 3)
    #expect(after.samples == before.samples && after.classNames == before.classNames)
    #expect(after.manifest == before.manifest)
  }

  @Test func manifestsThatContradictThemselvesAreErrors() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { try folder.photos(name, count: 2) }
    func failure(_ json: String) throws -> String {
      let manifest = try JSONDecoder().decode(SplitManifest.self, from: Data(json.utf8))
      return message { try ImageDataset(contentsOf: folder.path, manifest: manifest) }
    }
    let rest = #""classNames": ["a", "b"], "fingerprint": """#
    #expect(
      try failure(#"{"version": 7, "files": {}, \#(rest)}"#)
        == "the list of splits cannot be used: it is of version 7, and version 1 is read; "
        + "start a new run")
    #expect(
      try failure(#"{"version": 1, "files": {"dev": []}, \#(rest)}"#)
        .contains("there is no split dev"))
    #expect(
      try failure(#"{"version": 1, "files": {"test": ["a"], "train": ["a"]}, \#(rest)}"#)
        .contains("a is in it twice"))
  }
}
