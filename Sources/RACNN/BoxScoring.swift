internal import ImageDatasets
internal import Images

/// Compares the boxes that scales look at with the subjects' own.
struct BoxScoring {
  private var scores: [Int: BoxScore] = [:]

  /// The scores by scale; nil when no photo had a box.
  var result: [BoxScore]? {
    let found = scores.keys.sorted().compactMap { scale -> BoxScore? in
      guard var score = scores[scale], score.count > 0 else { return nil }
      score.centerInside /= Double(score.count)
      score.meanIoU /= Double(score.count)
      score.meanCoverage /= Double(score.count)
      return score
    }
    return found.isEmpty ? nil : found
  }

  /// Takes a photo; both rectangles are in its pixels.
  mutating func add(_ box: Rectangle, scale: Int, subject: Rectangle) {
    guard subject.width > 0, subject.height > 0 else { return }
    var score =
      scores[scale]
      ?? BoxScore(scale: scale, count: 0, centerInside: 0, meanIoU: 0, meanCoverage: 0)
    let width =
      min(box.x + box.width, subject.x + subject.width) - max(box.x, subject.x)
    let height =
      min(box.y + box.height, subject.y + subject.height) - max(box.y, subject.y)
    let shared = max(0, width) * max(0, height)
    let subjectArea = subject.width * subject.height
    let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
    let isInside =
      x >= subject.x && x <= subject.x + subject.width && y >= subject.y
      && y <= subject.y + subject.height
    score.count += 1
    score.centerInside += isInside ? 1 : 0
    score.meanIoU += shared / (box.width * box.height + subjectArea - shared)
    score.meanCoverage += shared / subjectArea
    scores[scale] = score
  }
}

extension Rectangle {
  /// The box `(tx, ty, tl)` in units of the source's side, on a photo of that many pixels.
  ///
  /// The source is the square in the middle of the photo.
  init(box: ArraySlice<Float>, width: Int, height: Int) {
    let values = box.map(Double.init)
    let square = Source.center(width: width, height: height)
    self.init(
      x: square.x + (values[0] - values[2]) * square.width,
      y: square.y + (values[1] - values[2]) * square.height, width: 2 * values[2] * square.width,
      height: 2 * values[2] * square.height)
  }

  /// The square `(tx, ty, tl)` in units of the source's side around a rectangle of a photo of that
  /// many pixels, moved and shrunk to lie within the source; all of it for no rectangle.
  static func box(around subject: Rectangle?, width: Int, height: Int) -> [Float] {
    guard let subject else { return [0.5, 0.5, 0.5] }
    let square = Source.center(width: width, height: height)
    let half = min(0.5, max(subject.width, subject.height) / 2 / square.width)
    func place(_ center: Double) -> Float { Float(min(max(center, half), 1 - half)) }
    return [
      place((subject.x + subject.width / 2 - square.x) / square.width),
      place((subject.y + subject.height / 2 - square.y) / square.height), Float(half),
    ]
  }
}
