package import Tensors

/// How the scales decide together, as photos that they were not fitted to have shown to be best.
public struct Decision: Codable, Hashable, Sendable {
  /// The weight of each scale's probabilities in their mean; nil where the fusion layer decides.
  public var weights: [Float]?
  /// What logarithms of probabilities are divided by when 1, 2, ... scales have looked, so that a
  /// confidence of 0.9 is right in 9 of 10 cases: Guo et al., "On Calibration of Modern Neural
  /// Networks", ICML 2017. One a scale.
  public var temperatures: [Float]
  /// What the logits of each scale are divided by where it speaks alone, to be calibrated as well; nil,
  /// as in models of before they were found, leaves them as they are.
  public var scaleTemperatures: [Float]?
  /// The calibrated probability from which on no closer look is needed; nil where it is not known.
  public var confidence: Float?

  /// Makes a rule from its parts.
  public init(
    weights: [Float]?, temperatures: [Float], scaleTemperatures: [Float]? = nil,
    confidence: Float?
  ) {
    self.weights = weights
    self.temperatures = temperatures
    self.scaleTemperatures = scaleTemperatures
    self.confidence = confidence
  }

  /// The mean of all scales' probabilities, or the fusion layer's as they are.
  public static func uncalibrated(scales: Int, fuses: Bool) -> Decision {
    let weights = fuses ? nil : [Float](repeating: 1 / Float(scales), count: scales)
    return Decision(
      weights: weights, temperatures: [Float](repeating: 1, count: scales), confidence: nil)
  }

  /// What the scales that have looked, the first ones, make of the photos together.
  ///
  /// - Parameters:
  ///   - logits: of each scale that has looked, `[N, classes]`.
  ///   - fused: the fusion layer's logits, once all have looked.
  /// - Returns: `[N, classes]`.
  package func probabilities(_ logits: [Tensor], fused: Tensor?) -> Tensor {
    let temperature = temperatures[logits.count - 1]
    if weights == nil, let fused { return (fused / temperature).softmax() }
    let mean = Decision.mean(logits, weights: prefix(logits.count))
    return temperature == 1 ? mean : ((mean + 1e-12).log() / temperature).softmax()
  }

  /// What scale `index`, from 0, makes of the photos alone: its logits to probabilities,
  /// `[N, classes]`.
  package func probabilities(_ logits: Tensor, ofScale index: Int) -> Tensor {
    (logits / (scaleTemperatures?[index] ?? 1)).softmax()
  }

  /// How many of the scales must look for the decision: up to the last that has a weight.
  func looks(scales: Int) -> Int {
    (weights?.lastIndex { $0 > 0 }).map { $0 + 1 } ?? scales
  }

  /// The weights of the first `looked` scales: the final ones where they say anything, else equal.
  func prefix(_ looked: Int) -> [Float] {
    let own = (weights ?? []).prefix(looked)
    let sum = own.reduce(0, +)
    guard own.count == looked, sum > 0 else {
      return [Float](repeating: 1 / Float(looked), count: looked)
    }
    return own.map { $0 / sum }
  }

  /// The weighted mean of probabilities, `[N, classes]`.
  static func mean(_ logits: [Tensor], weights: [Float]) -> Tensor {
    let terms = zip(logits, weights).filter { $1 > 0 }.map { $0.softmax() * $1 }
    return terms.dropFirst().reduce(terms[0], +)
  }

  /// What is wrong with it in a network of `scales`; nil when all is well.
  func problem(scales: Int, fuses: Bool) -> String? {
    for found in [temperatures, scaleTemperatures ?? temperatures] {
      guard found.count == scales, found.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        return "temperatures \(found)"
      }
    }
    guard let weights else { return fuses ? nil : "no weights, and no fusion layer" }
    let sum = weights.reduce(0, +)
    let isMean =
      weights.count == scales && weights.allSatisfy { $0 >= 0 } && sum > 0 && sum.isFinite
    return isMean ? nil : "weights \(weights)"
  }
}
