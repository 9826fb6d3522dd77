/// How samples of 0 to 255 become what a network takes: less the mean, divided by the deviation.
public struct Normalization: Sendable, Hashable, Codable {
  /// Of red, green and blue, in units of samples of 0 to 255.
  public let mean: [Float]
  /// Of red, green and blue, in units of samples of 0 to 255; never 0.
  public let deviation: [Float]

  /// Makes a normalisation from three means and three deviations other than 0.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      Self.isValid(mean: mean, deviation: deviation),
      "Normalization: needs three finite means and three finite deviations other than 0")
    self.mean = mean
    self.deviation = deviation
  }

  /// Reads what `encode(to:)` wrote.
  ///
  /// - Throws: `DecodingError` when there are not three means and three deviations, finite and not 0.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let mean = try container.decode([Float].self, forKey: .mean)
    let deviation = try container.decode([Float].self, forKey: .deviation)
    guard Self.isValid(mean: mean, deviation: deviation) else {
      throw DecodingError.dataCorruptedError(
        forKey: .deviation, in: container,
        debugDescription: "a normalization needs three means and three deviations other than 0")
    }
    self.init(mean: mean, deviation: deviation)
  }

  private static func isValid(mean: [Float], deviation: [Float]) -> Bool {
    mean.count == 3 && deviation.count == 3 && mean.allSatisfy(\.isFinite)
      && deviation.allSatisfy { $0.isFinite && $0 != 0 }
  }
}
