internal import Dispatch
internal import Files
internal import Images
internal import Synchronization
internal import Tensors

/// A data set of drawn, look-alike birds: the experiment for which zooming networks are made.
///
/// Eight made-up species differ in three small marks on the head alone: the bill, a ring about the
/// eye, a stripe over the crown. Place, size, pose, inks, light, background and the things about
/// vary freely and alike for all. So one coarse look at the whole is not enough, and nobody says
/// where to look.
public struct FieldGuide: Sendable {
  /// The species' names in the order of their labels, as the folders have them.
  public static let speciesNames: [String] = Species.all.map(\.folder)

  private let plan: FieldGuidePlan
  private let folder: String

  /// Draws the data set into a folder, in the layout of CUB-200-2011.
  ///
  /// The pictures' pixels depend on `seed`, `size` and the picture's number within its species and
  /// split alone, on any machine. The lists (`images.txt`, ...) are written last, so an interrupted
  /// drawing is no data set, and the next call draws it anew. A folder that already holds this very
  /// field guide is left as it is; one that holds another field guide gets this one instead.
  ///
  /// - Parameters:
  ///   - folder: Made if missing, with the folders above it.
  ///   - seed: Chooses the birds; equal seeds draw equal pictures.
  ///   - trainPerClass: Pictures of a species in the training split, 1 to 4,000.
  ///   - testPerClass: Pictures of a species in the test split, 0 to 4,000.
  ///   - size: The pictures' side in pixels, 32 to 4,096.
  ///   - progress: Told, on the caller's thread, how many pictures are drawn, of how many.
  /// - Throws: `FieldGuideError`, or `FileError` or `ImageError` for what cannot be written.
  public static func write(
    to folder: String, seed: UInt64, trainPerClass: Int = 40, testPerClass: Int = 20,
    size: Int = 448, progress: ((Int, Int) -> Void)? = nil
  ) throws {
    let plan = try FieldGuidePlan(
      seed: seed, trainPerClass: trainPerClass, testPerClass: testPerClass, size: size)
    let guide = FieldGuide(plan: plan, folder: folder)
    guard try !guide.isThere() else { return }
    try guide.begin()
    let boxes = try guide.draw(progress)
    try guide.finish(boxes)
  }

  /// Whether the folder holds this field guide, whole.
  private func isThere() throws -> Bool {
    let entries = try FieldGuideFolder.entries(folder)
    guard entries.contains(FieldGuidePlan.markerName) else {
      guard entries.isEmpty else { throw FieldGuideError.notAFieldGuide(folder: folder) }
      return false
    }
    let marker = try FileReader.text("\(folder)/\(FieldGuidePlan.markerName)", limit: 1 << 16)
    guard marker == plan.marker(isComplete: true) else { return false }
    for name in FieldGuidePlan.listNames where !entries.contains(name) { return false }
    for species in FieldGuide.speciesNames {
      let there = Set(try FieldGuideFolder.entries("\(folder)/images/\(species)"))
      for picture in plan.pictures where picture.species.folder == species {
        guard there.contains(picture.name) else { return false }
      }
    }
    return true
  }

  /// Makes the folders, and takes away what another field guide left.
  private func begin() throws {
    try FieldGuideFolder.make(folder)
    try AtomicFile.write(
      plan.marker(isComplete: false), to: "\(folder)/\(FieldGuidePlan.markerName)")
    for name in FieldGuidePlan.listNames { try FieldGuideFolder.removeFile("\(folder)/\(name)") }
    let planned = Set(plan.pictures.map(\.path))
    for species in Species.all {
      let place = "images/\(species.folder)"
      try FieldGuideFolder.make("\(folder)/\(place)")
      for entry in try FieldGuideFolder.entries("\(folder)/\(place)")
      where entry.hasPrefix(species.fileName + "_") && !planned.contains("\(place)/\(entry)") {
        try FieldGuideFolder.removeFile("\(folder)/\(place)/\(entry)")
      }
    }
  }

  /// Draws and writes the pictures, as many at a time as there are cores.
  ///
  /// - Returns: The heads' boxes, in the order of the plan.
  private func draw(_ progress: ((Int, Int) -> Void)?) throws -> [Rectangle] {
    let pictures = plan.pictures
    let state = Mutex(Drawing(boxes: Array(repeating: nil, count: pictures.count)))
    let batch = 16
    for start in stride(from: 0, to: pictures.count, by: batch) {
      let end = min(start + batch, pictures.count)
      DispatchQueue.concurrentPerform(iterations: end - start) { offset in
        let index = start + offset
        do {
          let scene = plan.scene(pictures[index])
          let bytes = try scene.image.jpegData(quality: FieldGuidePlan.quality)
          try AtomicFile.write(bytes, to: "\(folder)/\(pictures[index].path)")
          state.withLock { $0.boxes[index] = scene.head }
        } catch {
          state.withLock { $0.failure = $0.failure ?? error }
        }
      }
      if let failure = state.withLock({ $0.failure }) { throw failure }
      progress?(end, pictures.count)
    }
    return state.withLock { $0.boxes.compactMap { $0 } }
  }

  private struct Drawing {
    var boxes: [Rectangle?]
    var failure: (any Error)?
  }

  /// Writes the lists, and that the drawing is whole.
  private func finish(_ boxes: [Rectangle]) throws {
    for (name, text) in plan.lists(boxes: boxes) {
      try AtomicFile.write(text, to: "\(folder)/\(name)")
    }
    try AtomicFile.write(
      plan.marker(isComplete: true), to: "\(folder)/\(FieldGuidePlan.markerName)")
  }
}
