import ArgumentParser
import Files
import FoundationEssentials
import Images
import RACNN
import Tensors

/// `racnn classify`: what photos show, and where the network looked.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what photos show, with probabilities and the regions looked at.",
    discussion: """
      Boxes are squares of the photo as the network sees it, told in pixels of the upright \
      original: x and y of the left upper corner, width and height. Without --model, a network of \
      the 1,000 classes of ImageNet answers, which looks where its response is largest.

      Goes on after a photo that cannot be read, and exits with 1 if there was one.

      EXAMPLE:
        racnn classify photo.jpg --show-crops
        racnn classify *.jpg --model runs/birds-1/model.safetensors --top 3 --json
      """)

  @Argument(help: "JPEG or PNG files.", completion: .file())
  var images: [String]

  @Option(help: "A model that racnn train wrote, or its run.", completion: .file())
  var model: String?

  @Option(help: "How many classes to name.")
  var top = 5

  @Flag(help: "Write a contact sheet of each photo, and show it on a terminal with colour.")
  var showCrops = false

  @Option(
    help: "The folder for contact sheets; without it they go beside the photos.",
    completion: .directory)
  var output: String?

  @Flag(help: "Look closer only while the answer is not sure enough.")
  var adaptive = false

  @Flag(help: "Print a JSON array with an object for each photo.")
  var json = false

  @Option(help: "Threads that compute; as many as there are processors unless told.")
  var threads: Int?

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top must be at least 1") }
    try Processors.check(threads)
    guard output == nil || showCrops else {
      throw ValidationError("--output is where contact sheets go: add --show-crops")
    }
  }

  func run() throws {
    setThreadCount(threads ?? Processors.count)
    let classifier =
      try model.map { try Classifier(contentsOf: ModelFile.path(of: $0)) } ?? .embedded()
    if let output { try FileSystem.makeFolder(output) }
    var sheets = SheetNames(folder: output, sparing: images)
    // Nothing is kept of a photo that has been told of, however many there are.
    var results = json ? JSONArrayOutput() : nil
    var failed = false
    for path in images {
      var entry = Entry(image: path)
      var sheet: Image?
      do {
        let photo = try self.photo(path, minimumSide: classifier.minimumSide)
        Console.warn(of: photo, path)
        let answer = try classifier.classify(
          photo, top: top, crops: showCrops, adaptive: adaptive)
        entry.answer = answer
        if showCrops {
          let drawn = CropSheet.image(photo, answer)
          sheet = drawn
          let place = sheets.next(for: path)
          try write(drawn, to: place)
          entry.crops = place
        }
      } catch {
        Console.error("\(error)")
        failed = true
        entry.error = Console.inOneLine("\(error)")
      }
      // Where these cannot be told, the rest need not be computed.
      if !json, entry.answer != nil {
        if let sheet, Terminal.showsColor {
          try Console.line(TerminalPicture.halfBlocks(sheet, columns: Terminal.columns))
        }
        try Console.line(entry.text)
      }
      try results?.append(entry)
    }
    try results?.end()
    if failed { throw ExitCode.failure }
  }

  private func photo(_ path: String, minimumSide: Int) throws -> Photo {
    if FilePath.isFolder(path) {
      throw CommandError("\(path) is a folder: give its photos, as \(path)/*.jpg")
    }
    return try Photo(contentsOf: path, minimumSide: minimumSide)
  }

  private func write(_ sheet: Image, to path: String) throws {
    do {
      try AtomicFile.write(try sheet.pngData(), to: path)
    } catch let error as FileError where output == nil {
      throw CommandError("\(error); give a folder for it by --output")
    }
  }
}

extension Classify {
  /// What is told of a photo.
  private struct Entry: Encodable {
    var image: String
    var answer: Answer?
    var crops: String?
    var error: String?

    private enum CodingKeys: String, CodingKey { case image, crops, error }

    func encode(to encoder: any Encoder) throws {
      try answer?.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(image, forKey: .image)
      try values.encodeIfPresent(crops, forKey: .crops)
      try values.encodeIfPresent(error, forKey: .error)
    }

    /// The answer for people.
    var text: String {
      guard let answer else { return image }
      var lines = ["\(image): \(answer.width) x \(answer.height)"]
      lines += zip(answer.labels, answer.probabilities).map { label, probability in
        let share = Text.percent(Double(probability))
        return String(repeating: " ", count: max(0, 9 - share.count)) + share + "  " + label
      }
      for (index, scale) in answer.scales.enumerated() {
        let place = index == 0 ? Entry.framing(scale.box, of: answer) : Entry.place(scale.box)
        let title = CropSheet.title(scale.labels, scale.probabilities)
        lines.append("  scale \(index + 1): \(title), in \(place)")
      }
      if let crops { lines.append("  crops: \(crops)") }
      return lines.map(Console.inOneLine).joined(separator: "\n")
    }

    private static func framing(_ box: Rectangle, of photo: Answer) -> String {
      let (width, height) = (Int(box.width.rounded()), Int(box.height.rounded()))
      if width == photo.width && height == photo.height { return "the whole photo" }
      let isSquare = width == height && width == min(photo.width, photo.height)
      return isSquare ? "the largest square of the photo" : "the middle of the photo"
    }

    private static func place(_ box: Rectangle) -> String {
      let (x, y) = (Text.fixed(box.x, 0), Text.fixed(box.y, 0))
      return "\(Text.fixed(box.width, 0)) x \(Text.fixed(box.height, 0)) pixels at \(x), \(y)"
    }
  }

  /// Names for contact sheets, each given once.
  private struct SheetNames {
    let folder: String?
    private var taken: Set<String> = []

    /// No name is that of one of `images`, which would be lost.
    init(folder: String?, sparing images: [String]) {
      self.folder = folder
      taken = Set(images.map { SheetNames.place($0) })
    }

    /// The name by which another way to write the same path is known.
    private static func place(_ path: String) -> String {
      let folder = FilePath.folder(of: path)
      return "\(FilePath.resolved(folder) ?? folder)/\(FilePath.name(of: path))"
    }

    /// `IMAGE-crops.png` beside the image or in the folder; with a number where that is another's.
    mutating func next(for image: String) -> String {
      let name = FilePath.name(of: image)
      let stem = name.lastIndex(of: ".").map { $0 > name.startIndex ? name[..<$0] : name[...] }
      let parent = folder ?? FilePath.folder(of: image)
      let base =
        (parent == "." ? "" : parent + "/") + (stem ?? name[...])
        + ContactSheet.nameEnding
      var path = base + ".png"
      var number = 2
      while !taken.insert(SheetNames.place(path)).inserted {
        path = "\(base)-\(number).png"
        number += 1
      }
      return path
    }
  }
}
