import Glibc
internal import Tensors

/// Logits, or logarithms of probabilities, of many rows.
struct Verdicts {
  let values: [Float]
  let classes: Int

  init(_ values: [Float], classes: Int) { (self.values, self.classes) = (values, classes) }

  private var logProbabilities: Tensor {
    withoutTape {
      Tensor(values, shape: [values.count / classes, classes]).logSoftmax()
    }
  }

  var answers: [Int] { Tensor(values, shape: [values.count / classes, classes]).argmax() }

  var probabilities: [Float] { withoutTape { logProbabilities.exp() }.values }

  /// The greatest probability of each row.
  var surest: [Float] { withoutTape { logProbabilities.max(1).exp() }.values }

  func divided(by temperature: Float) -> Verdicts {
    Verdicts(values.map { $0 / temperature }, classes: classes)
  }

  func losses(_ labels: [Int], temperature: Float) -> [Double] {
    withoutTape { divided(by: temperature).logProbabilities.picked(labels) }.values.map {
      -Double($0)
    }
  }

  /// The temperature that the rows and what is expected without them make likeliest: a golden-section
  /// search for its logarithm, between those of 1/20 and 20.
  ///
  /// - Parameter photos: How many photos the rows are views of.
  func temperature(_ labels: [Int], photos: Int, expected: Temperature) -> Temperature {
    let photos = Double(max(1, photos))
    func loss(_ logarithm: Double) -> Double {
      let temperature = Float(exp(logarithm))
      let losses = losses(labels, temperature: temperature)
      let mean = losses.reduce(0, +) / Double(max(1, losses.count))
      return photos * mean + expected.surprise(at: temperature)
    }
    let ratio = 0.618_034
    var (low, high) = (-log(20.0), log(20.0))
    var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
    var (lossA, lossB) = (loss(a), loss(b))
    for _ in 0..<26 {
      if lossA < lossB {
        (high, b, lossB) = (b, a, lossA)
        a = high - ratio * (high - low)
        lossA = loss(a)
      } else {
        (low, a, lossA) = (a, b, lossB)
        b = low + ratio * (high - low)
        lossB = loss(b)
      }
    }
    let found = (low + high) / 2
    let step = 0.1
    let curvature = (loss(found - step) - 2 * loss(found) + loss(found + step)) / (step * step)
    // Far from what is expected the sum is flat, and yet no less is known than before.
    let least = 1 / Double(expected.deviation * expected.deviation)
    return Temperature(
      value: Float(exp(found)), deviation: Float(1 / max(curvature, least).squareRoot()))
  }
}
