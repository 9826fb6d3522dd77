/// How near the probabilities of a network's answers are to how often it is right.
///
/// Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
public struct Calibration: Codable, Hashable, Sendable {
  /// Photos whose answers are about as probable.
  public struct Bin: Codable, Hashable, Sendable {
    /// Photos.
    public var count: Int
    /// The mean probability of their answers.
    public var confidence: Double
    /// The share of them that is answered right.
    public var accuracy: Double
  }

  /// The mean probability of an answer.
  public var confidence: Double
  /// The share of right answers.
  public var accuracy: Double
  /// The mean of -log of the true class's probability.
  public var logLoss: Double
  /// The expected calibration error: the mean over photos of how far confidence and accuracy of their
  /// bin differ. With few photos it is above 0 by chance too.
  public var expectedError: Double
  /// The photos in up to 15 bins of equal width by the probability of their answer, the least first;
  /// empty ones are left out.
  public var bins: [Bin]
}

/// Adds up a `Calibration` photo by photo.
package struct CalibrationTally {
  private static let binCount = 15
  private var bins = [(count: Int, confidence: Double, right: Int)](
    repeating: (0, 0, 0), count: binCount)

  package init() {}

  /// Takes a photo.
  ///
  /// - Parameter probability: That of its answer, 0...1.
  package mutating func add(probability: Float, isRight: Bool) {
    let index = min(Int(probability * Float(Self.binCount)), Self.binCount - 1)
    bins[index].count += 1
    bins[index].confidence += Double(probability)
    bins[index].right += isRight ? 1 : 0
  }

  /// What the photos come to; at least one.
  package func result(logLoss: Double) -> Calibration {
    let full = bins.filter { $0.count > 0 }
    let count = Double(max(1, full.reduce(0) { $0 + $1.count }))
    return Calibration(
      confidence: full.reduce(0) { $0 + $1.confidence } / count,
      accuracy: Double(full.reduce(0) { $0 + $1.right }) / count, logLoss: logLoss,
      expectedError: full.reduce(0) { $0 + abs($1.confidence - Double($1.right)) } / count,
      bins: full.map {
        Calibration.Bin(
          count: $0.count, confidence: $0.confidence / Double($0.count),
          accuracy: Double($0.right) / Double($0.count))
      })
  }
}
