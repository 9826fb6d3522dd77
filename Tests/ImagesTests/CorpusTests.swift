import Files
import Foundation
import Images
import Testing

/// A line of the corpus: a file and what is expected of it.
struct CorpusFile: Sendable, CustomTestStringConvertible {
  static let folder: String = {
    let root =
      ProcessInfo.processInfo.environment["RACNN_SHARED"]
      ?? URL(filePath: #filePath).appending(path: "../../../../shared").standardized
      .path(percentEncoded: false)
    return root + "/corpora/images"
  }()

  static let all: [CorpusFile] = {
    guard let text = try? FileReader.text(folder + "/expected.tsv") else { return [] }
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return CorpusFile(
        verdict: fields[0], name: fields[1], width: Int(fields[2]), height: Int(fields[3]),
        hash: fields[4])
    }
  }()

  let verdict: String
  let name: String
  let width: Int?
  let height: Int?
  let hash: String

  var path: String { CorpusFile.folder + "/" + name }
  var testDescription: String { "\(verdict) \(name)" }
}

@Suite(.enabled(if: !CorpusFile.all.isEmpty)) struct CorpusTests {
  @Test(arguments: CorpusFile.all.filter { $0.verdict == "must_decode" })
  func decodesToTheByte(_ file: CorpusFile) throws {
    let photo = try Photo(contentsOf: file.path)
    #expect(photo.width == file.width)
    #expect(photo.height == file.height)
    #expect(photo.image.width == file.width)
    #expect(SHA256.hex(of: photo.image.pixels) == file.hash)
  }

  @Test(arguments: CorpusFile.all.filter { $0.verdict == "must_reject" })
  func rejectsWithTheName(_ file: CorpusFile) throws {
    let error = #expect(throws: ImageError.self) { try Photo(contentsOf: file.path) }
    let message = "\(try #require(error))"
    #expect(message.contains(file.path))
    #expect(!message.contains("\n"))
  }

  @Test(arguments: CorpusFile.all.filter { $0.verdict == "any_safe" })
  func endsInTime(_ file: CorpusFile) throws {
    let clock = ContinuousClock()
    let time = clock.measure { _ = try? Photo(contentsOf: file.path) }
    // Two seconds on an idle machine.
    #expect(time < .seconds(8))
  }

  @Test(arguments: CorpusFile.all.filter { $0.verdict == "must_decode" })
  func decodesSmaller(_ file: CorpusFile) throws {
    let photo = try Photo(contentsOf: file.path, minimumSide: 100)
    #expect(photo.width == file.width)
    #expect(photo.height == file.height)
    let shorter = min(photo.image.width, photo.image.height)
    #expect(shorter >= min(100, photo.width, photo.height))
  }
}
