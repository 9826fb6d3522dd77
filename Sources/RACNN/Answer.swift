public import Images

/// What a network says about a photo, and where it looked.
public struct Answer: Codable, Hashable, Sendable {
  /// The likeliest classes, likeliest first.
  public let labels: [String]
  /// Their probabilities.
  public let probabilities: [Float]
  /// What each scale alone says.
  public let scales: [ScaleAnswer]
  /// The upright photo's width in pixels.
  public let width: Int
  /// The upright photo's height in pixels.
  public let height: Int
  /// What each scale saw, when asked for; not part of the JSON.
  public let crops: [Image]

  private enum CodingKeys: String, CodingKey { case labels, probabilities, scales, width, height }

  init(
    labels: [String], probabilities: [Float], scales: [ScaleAnswer], width: Int, height: Int,
    crops: [Image]
  ) {
    self.labels = labels
    self.probabilities = probabilities
    self.scales = scales
    self.width = width
    self.height = height
    self.crops = crops
  }

  /// Reads what was encoded; there are no crops in it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      labels: try values.decode([String].self, forKey: .labels),
      probabilities: try values.decode([Float].self, forKey: .probabilities),
      scales: try values.decode([ScaleAnswer].self, forKey: .scales),
      width: try values.decode(Int.self, forKey: .width),
      height: try values.decode(Int.self, forKey: .height), crops: [])
  }
}

/// What one scale says.
public struct ScaleAnswer: Codable, Hashable, Sendable {
  /// The likeliest classes, likeliest first.
  public let labels: [String]
  /// Their probabilities, calibrated as those of the decision are; as the network gives them where
  /// training found no `Decision.scaleTemperatures`.
  public let probabilities: [Float]
  /// Where it looked, in pixels of the upright photo.
  public let box: Rectangle
}
