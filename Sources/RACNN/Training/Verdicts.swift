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

  /// Where the mean loss is least: a golden-section search over its inverse, in which the loss is
  /// convex, from 1/20 to 20.
  ///
  /// A few photos that are all right do not show that nothing can be wrong: as many are counted wrong
  /// as one of two more would be. Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
  ///
  /// - Parameter photos: How many photos the rows are views of.
  func temperature(_ labels: [Int], photos: Int) -> Float {
    let others = Float(max(1, classes - 1))
    let doubt = 1 / Float(photos + 2)
    func loss(_ inverse: Float) -> Float {
      withoutTape {
        let logarithms = divided(by: 1 / inverse).logProbabilities
        let own = logarithms.picked(labels)
        let rest = (logarithms.sum([1]) - own) / others
        return -(own * (1 - doubt) + rest * doubt).mean().item
      }
    }
    let ratio: Float = 0.618_034
    var (low, high): (Float, Float) = (0.05, 20)
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
    return 2 / (low + high)
  }
}
