internal import ImageDatasets
package import Images
internal import Tensors

/// Compares the boxes that scales look at with the subjects' own.
package struct BoxScoring {
  private var scores: [Int: BoxScore] = [:]
  private var worst: [PhotoBoxScore] = []
  private var sizes: [Double] = []
  private var first: [Bool] = []
  private var decision: [Bool] = []

  package init() {}

  /// The scores by scale; nil when no photo had a box.
  package var result: [BoxScore]? {
    let found = scores.keys.sorted().compactMap { scale -> BoxScore? in
      guard var score = scores[scale], score.count > 0 else { return nil }
      score.centerInside /= Double(score.count)
      score.meanIoU /= Double(score.count)
      score.meanCoverage /= Double(score.count)
      score.coversMost = (score.coversMost ?? 0) / Double(score.count)
      score.meanOnSubject = (score.meanOnSubject ?? 0) / Double(score.count)
      return score
    }
    return found.isEmpty ? nil : found
  }

  /// Takes a photo's box at a scale; both rectangles are in its pixels.
  ///
  /// - Parameter path: of the photo, at the last scale; nil at others.
  package mutating func add(_ box: Rectangle, scale: Int, subject: Rectangle, lastOf path: String?)
  {
    guard subject.width > 0, subject.height > 0 else { return }
    var score =
      scores[scale]
      ?? BoxScore(
        scale: scale, count: 0, centerInside: 0, meanIoU: 0, meanCoverage: 0, coversMost: 0,
        meanOnSubject: 0)
    let width =
      min(box.x + box.width, subject.x + subject.width) - max(box.x, subject.x)
    let height =
      min(box.y + box.height, subject.y + subject.height) - max(box.y, subject.y)
    let shared = max(0, width) * max(0, height)
    let subjectArea = subject.width * subject.height
    let boxArea = box.width * box.height
    let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
    let isInside =
      x >= subject.x && x <= subject.x + subject.width && y >= subject.y
      && y <= subject.y + subject.height
    score.count += 1
    score.centerInside += isInside ? 1 : 0
    score.meanIoU += shared / (boxArea + subjectArea - shared)
    score.meanCoverage += shared / subjectArea
    score.coversMost = (score.coversMost ?? 0) + (shared >= 0.9 * subjectArea ? 1 : 0)
    score.meanOnSubject = (score.meanOnSubject ?? 0) + shared / boxArea
    scores[scale] = score
    if let path { worst.append(PhotoBoxScore(path: path, onSubject: shared / boxArea)) }
  }

  /// How many photos are told of as the worst.
  private static let worstCount = 10

  /// The photos with the least share of the last box on the subject; nil when no photo had a box.
  package var worstBoxes: [PhotoBoxScore]? {
    guard !worst.isEmpty else { return nil }
    let order = worst.sorted { ($0.onSubject, $0.path) < ($1.onSubject, $1.path) }
    return Array(order.prefix(Self.worstCount))
  }

  /// Takes whether scale 1 and the decision were right on a photo of `width` x `height` pixels.
  package mutating func add(
    subject: Rectangle, width: Int, height: Int, first: Bool, decision: Bool
  ) {
    sizes.append(subject.width * subject.height / Double(max(1, width * height)))
    self.first.append(first)
    self.decision.append(decision)
  }

  /// What zooming gains in each quarter of the photos by their subjects' sizes; nil when no photo had
  /// a box.
  package var quartiles: [QuartileScore]? {
    guard !sizes.isEmpty else { return nil }
    let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    return (0..<4).compactMap { quarter in
      let photos = order[quarter * order.count / 4..<(quarter + 1) * order.count / 4]
      guard let least = photos.first, let greatest = photos.last else { return nil }
      let bootstrap = Bootstrap(count: photos.count, generator: RandomGenerator(seed: 1))
      return QuartileScore(
        least: sizes[least], greatest: sizes[greatest], count: photos.count,
        first: Double(photos.count { first[$0] }) / Double(photos.count),
        decision: Double(photos.count { decision[$0] }) / Double(photos.count),
        gain: bootstrap.difference(photos.map { decision[$0] }, photos.map { first[$0] }))
    }
  }
}

extension Rectangle {
  /// The box `(tx, ty, tl)` in units of the source's side, on a photo of that many pixels.
  ///
  /// The source is what the framing shows of the photo.
  init(box: ArraySlice<Float>, width: Int, height: Int, framing: Framing) {
    let values = box.map(Double.init)
    let seen = framing.rectangle(width: width, height: height)
    self.init(
      x: seen.x + (values[0] - values[2]) * seen.width,
      y: seen.y + (values[1] - values[2]) * seen.height, width: 2 * values[2] * seen.width,
      height: 2 * values[2] * seen.height)
  }

  /// The square `(tx, ty, tl)` in units of the source's side around a rectangle of a photo of that
  /// many pixels, moved and shrunk to lie within the source; all of it for no rectangle.
  static func box(
    around subject: Rectangle?, width: Int, height: Int, framing: Framing
  ) -> [Float] {
    guard let subject else { return [0.5, 0.5, 0.5] }
    let seen = framing.rectangle(width: width, height: height)
    let half = min(0.5, max(subject.width / seen.width, subject.height / seen.height) / 2)
    func place(_ center: Double) -> Float { Float(min(max(center, half), 1 - half)) }
    return [
      place((subject.x + subject.width / 2 - seen.x) / seen.width),
      place((subject.y + subject.height / 2 - seen.y) / seen.height), Float(half),
    ]
  }
}
