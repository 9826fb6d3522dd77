/// How many epochs each stage of training runs at most; 0 skips it.
public struct EpochPlan: Codable, Hashable, Sendable {
  /// The linear classifier of scale 1.
  public var heads = 1
  /// That of each further scale, where it has a backbone of its own; nil in older runs, which had no
  /// such stage. Without it a scale may come to naught: on the first version of `fieldguide` (112
  /// pixels, seed 1, no AVX-512) scale 2 was right for 12.5 % of the test photos, one class of 8, and
  /// for 91.9 % with it.
  public var zoomHeads: Int? = 1
  /// Backbone and classifier, by scale; the last number holds for further scales too.
  public var classify = [12, 12, 12]
  /// A stage of `classify` takes its epochs again while its networks are right for fewer than nine in ten of
  /// the photos that they learn, and it has taken fewer steps than this: where photos are few, epochs may
  /// be too. 0 adds none, as where epochs were asked for. Where it has come to naught, it begins again,
  /// twice at most; nil, as in older runs, lets it run once whatever comes of it.
  public var stepsToLearn: Int? = 600
  /// Each APN towards the initial boxes.
  public var propose = 10
  /// Classifiers in each round of the alternation.
  public var alternateClassifiers = 2
  /// APNs in each round of the alternation.
  public var alternateProposals = 2
  /// Rounds of the alternation at most; it ends when neither half lowers the validation loss beyond
  /// chance, and is left out where there are fewer than 8 validation photos.
  public var rounds = 2
  /// 1 fits the fusion layer, finds how the scales decide, and calibrates probabilities; 0 leaves them,
  /// and the mean of the scales.
  public var fuse = 1
  /// Epochs without a better validation loss after which a stage ends early; nil lets each run to the
  /// end of its schedule, where its rate has come down to zero. One network on CUB (128 pixels, 36
  /// epochs, seed 1) is right for 78.5 % of the test photos then, and was for 76.8 % when a patience
  /// of 8 ended it after 12.
  public var patience: Int?

  /// The default plan.
  public init() {}

  /// Epochs of a stage, and rounds, at most.
  public static let most = 100_000

  /// Whether all numbers are from 0 to `most`.
  var isSensible: Bool {
    let counts = [
      heads, zoomHeads ?? 0, propose, alternateClassifiers, alternateProposals, rounds, fuse,
      stepsToLearn ?? 0, patience ?? 0,
    ]
    return (counts + classify).allSatisfy { (0...EpochPlan.most).contains($0) }
  }

  /// The plan with `epochs` of classification at scale 1, and those of the further scales, of proposals
  /// and of each half of a round in proportion, at least 1 each; classifiers take none beyond. Their
  /// first epochs and the number of rounds stay.
  public func scaled(by epochs: Int) -> EpochPlan {
    let base = Double(max(classify.first ?? 1, 1))
    func scale(_ count: Int) -> Int {
      let scaled = (Double(count) * Double(epochs) / base).rounded()
      return count == 0 ? 0 : Int(min(max(1, scaled), Double(EpochPlan.most) + 1))
    }
    var plan = self
    plan.classify = classify.map(scale)
    plan.stepsToLearn = plan.stepsToLearn.map { _ in 0 }
    plan.propose = scale(propose)
    plan.alternateClassifiers = scale(alternateClassifiers)
    plan.alternateProposals = scale(alternateProposals)
    return plan
  }

  /// The stages of a network of `scales` scales with their epochs, in order, skipped ones left out.
  public func stages(scales: Int, sharesBackbone: Bool) -> [PlannedStage] {
    var stages: [PlannedStage] = []
    func add(_ stage: Stage, _ epochs: Int) {
      if epochs > 0 { stages.append(PlannedStage(stage: stage, epochs: epochs)) }
    }
    func classifyEpochs(_ scale: Int) -> Int {
      classify.isEmpty ? 0 : classify[min(scale, classify.count) - 1]
    }
    add(Stage(.heads, scales: [1]), heads)
    if sharesBackbone {
      // One backbone must stay good at every scale, so all are trained at once after the first.
      add(Stage(.classify, scales: [1]), classifyEpochs(1))
      if scales > 1 { add(Stage(.classify, scales: Array(1...scales)), classifyEpochs(2)) }
    } else {
      for scale in 1...scales {
        if scale > 1 { add(Stage(.heads, scales: [scale]), zoomHeads ?? 0) }
        add(Stage(.classify, scales: [scale]), classifyEpochs(scale))
      }
    }
    for scale in 1..<scales { add(Stage(.propose, scales: [scale]), propose) }
    if scales > 1 && rounds > 0 && propose > 0 {
      let zoomed = sharesBackbone ? Array(1...scales) : Array(2...scales)
      for round in 1...rounds {
        add(
          Stage(.alternate, scales: zoomed, round: round, part: .classifiers),
          alternateClassifiers)
        add(
          Stage(.alternate, scales: Array(1..<scales), round: round, part: .proposals),
          alternateProposals)
      }
    }
    add(Stage(.fuse, scales: Array(1...scales)), min(fuse, 1))
    return stages
  }
}

/// A stage and how long it may take.
public struct PlannedStage: Codable, Hashable, Sendable {
  /// The stage.
  public let stage: Stage
  /// Its epochs at most.
  public let epochs: Int
}
