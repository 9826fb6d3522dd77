internal import Images
internal import Tensors

/// What is drawn into a field guide, and the texts about it.
struct FieldGuidePlan: Sendable {
  /// One picture to be drawn.
  struct Picture: Sendable {
    let species: Species
    let isTraining: Bool
    /// Its number within its species and split, from 0.
    let number: Int
    /// The file's name.
    let name: String

    /// The file's path within the field guide.
    var path: String { "images/\(species.folder)/\(name)" }
  }

  static let markerName = "fieldguide.json"
  static let listNames = [
    "README.txt", "classes.txt", "image_class_labels.txt", "train_test_split.txt",
    "bounding_boxes.txt", "images.txt",
  ]
  /// Of the JPEG files: high enough that the small marks keep their edges.
  static let quality = 92
  /// Raised when the same seed would draw other pictures than before.
  private static let version = 2

  let seed: UInt64
  let trainPerClass: Int
  let testPerClass: Int
  let size: Int
  /// In the order of their ids, which count from 1.
  let pictures: [Picture]

  init(seed: UInt64, trainPerClass: Int, testPerClass: Int, size: Int) throws(FieldGuideError) {
    for (name, value, range) in [
      ("trainPerClass", trainPerClass, 1...4000), ("testPerClass", testPerClass, 0...4000),
      ("size", size, 32...4096),
    ] where !range.contains(value) {
      throw .outOfRange(name: name, value: value, range: range)
    }
    self.seed = seed
    self.trainPerClass = trainPerClass
    self.testPerClass = testPerClass
    self.size = size
    pictures = Species.all.flatMap { species in
      (0..<trainPerClass + testPerClass).map { index in
        let digits = String(index + 1)
        let zeros = String(repeating: "0", count: 4 - digits.count)
        return Picture(
          species: species, isTraining: index < trainPerClass,
          number: index < trainPerClass ? index : index - trainPerClass,
          name: "\(species.fileName)_\(zeros)\(digits).jpg")
      }
    }
  }

  /// Draws a picture; no other's drawing has a say in it.
  func scene(_ picture: Picture) -> Scene {
    let split: UInt64 = picture.isTraining ? 0 : 1
    let label = UInt64(picture.species.index) << 32 | split << 31 | UInt64(picture.number)
    return Scene(
      species: picture.species.index, size: size,
      generator: RandomGenerator(seed: seed).fork(label + 1))
  }

  /// What `fieldguide.json` says while drawing, and when done.
  func marker(isComplete: Bool) -> String {
    """
    {
      "kind": "synthetic field guide", "version": \(FieldGuidePlan.version),
      "seed": \(seed), "trainPerClass": \(trainPerClass), "testPerClass": \(testPerClass),
      "size": \(size), "complete": \(isComplete)
    }

    """
  }

  /// The lists of the CUB-200-2011 layout by name, `images.txt` last.
  func lists(boxes: [Rectangle]) -> [(name: String, text: String)] {
    func lines(_ line: (Int, Picture) -> String) -> String {
      pictures.enumerated().map { line($0, $1) + "\n" }.joined()
    }
    let classes = Species.all.map { "\($0.index + 1) \($0.folder)\n" }.joined()
    let texts = [
      FieldGuidePlan.readme,
      classes,
      lines { "\($0 + 1) \($1.species.index + 1)" },
      lines { "\($0 + 1) \($1.isTraining ? 1 : 0)" },
      lines { index, _ in
        let box = boxes[index]
        let values = [box.x, box.y, box.width, box.height].map { ($0 * 10).rounded() / 10 }
        return ([String(index + 1)] + values.map { String($0) }).joined(separator: " ")
      },
      lines { "\($0 + 1) \($1.species.folder)/\($1.name)" },
    ]
    return zip(FieldGuidePlan.listNames, texts).map { ($0, $1) }
  }

  private static let readme = """
    A synthetic data set: drawn birds of eight species that do not exist.

    The species differ in three small marks on the head alone: the bill (thin and straight, or deep
    and hooked), a pale ring about the eye, a pale stripe over the crown. All else varies freely and
    alike for all of them: place, size, pose, inks, light, background, and the things about.

    The layout is that of CUB-200-2011:
    images.txt: id, path under images/        classes.txt: class id, class name
    image_class_labels.txt: id, class id      train_test_split.txt: id, 1 (train) or 0 (test)
    bounding_boxes.txt: id, x, y, width, height of the head with its bill, in pixels; for scoring
    where a network looks, not for teaching it.

    Drawn by `racnn fieldguide`; fieldguide.json holds the seed and the numbers asked for.

    """
}
