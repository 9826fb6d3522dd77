import Images
import RACNN

/// The picture of an answer: the photo with the boxes in it, and what each scale saw.
enum CropSheet {
  /// The colours of the boxes of scales 2, 3 and further.
  private static let colors = [
    Color(red: 255, green: 196, blue: 0), Color(red: 0, green: 210, blue: 255),
    Color(red: 255, green: 80, blue: 160),
  ]

  /// Draws the sheet of `answer`, which must hold its crops, with rows of `height` pixels.
  static func image(_ photo: Photo, _ answer: Answer, height: Int = 320) -> Image {
    // The photo may have been decoded at a fraction of the size that boxes are told in.
    let scale = (
      x: Double(photo.image.width) / Double(photo.width),
      y: Double(photo.image.height) / Double(photo.height)
    )
    let boxes = answer.scales.enumerated().dropFirst().map { index, view in
      (view.box.scaled(x: scale.x, y: scale.y), color(index))
    }
    let views = zip(answer.crops, answer.scales).enumerated().map { index, view in
      ContactSheet.View(
        image: view.0,
        caption: "scale \(index + 1): " + caption(view.1.labels, view.1.probabilities),
        color: index == 0 ? nil : color(index))
    }
    return ContactSheet(
      photo: photo.image, boxes: boxes, caption: caption(answer.labels, answer.probabilities),
      views: views
    ).rendered(height: height)
  }

  /// The colour of what a scale, counted from 0, looks at.
  private static func color(_ scale: Int) -> Color { colors[(scale - 1) % colors.count] }

  /// The title, of which no line begins with the sign for per cent.
  private static func caption(_ labels: [String], _ probabilities: [Float]) -> String {
    title(labels, probabilities).replacing(" %", with: "\u{a0}%")
  }

  /// The likeliest class with its probability.
  static func title(_ labels: [String], _ probabilities: [Float]) -> String {
    guard let label = labels.first, let probability = probabilities.first else { return "nothing" }
    return "\(label) \(Text.percent(Double(probability)))"
  }
}
