public import Tensors

/// The paper's ranking loss: each scale is to be surer of the truth than the one before it.
///
/// `sum over s of max(0, p_t^s - p_t^(s+1) + margin)`, averaged over the batch, where `p_t` is the
/// softmax probability of the true class (not a logit).
public struct RankingLoss {
  /// How much surer the next scale is to be.
  public static let margin: Float = 0.05

  /// The sum over the pairs of scales, a scalar.
  public let total: Tensor
  /// The loss of each pair: scales 1 and 2, scales 2 and 3, ...
  public let terms: [Tensor]
  /// The sum over the pairs of scales of each photo, `[N]`.
  let ofPhotos: Tensor
  /// The share of photos whose hinge is active (its loss above 0), for each pair.
  public let activeShares: [Double]

  /// - Parameters:
  ///   - logits: `[N, classes]` of each scale, at least two.
  ///   - classes: The true class of each photo.
  public init(_ logits: [Tensor], classes: [Int], margin: Float = RankingLoss.margin) {
    precondition(logits.count > 1, "RankingLoss: needs two scales or more")
    let sure = logits.map { $0.softmax().picked(classes) }
    let hinges = zip(sure, sure.dropFirst()).map { ($0 - $1 + margin).relu() }
    terms = hinges.map { $0.mean() }
    total = terms.dropFirst().reduce(terms[0], +)
    ofPhotos = hinges.dropFirst().reduce(hinges[0], +)
    activeShares = hinges.map { hinge in
      Double(hinge.values.count { $0 > 0 }) / Double(classes.count)
    }
  }
}
