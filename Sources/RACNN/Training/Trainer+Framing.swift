internal import ImageDatasets
internal import Tensors

extension Trainer {
  /// Finds which part of a photo the network is to be shown, once scale 1 has learned; does nothing
  /// before that, and where it is known. Cancelled, it leaves all as it was.
  ///
  /// - Parameter stage: What comes next; nil at the end.
  func findFraming(before stage: Stage?) throws {
    guard configuration.framing == nil, state.framing == nil, !(stage?.isOfScaleOne ?? false)
    else { return }
    let photos = Self.evenly(dataset.samples[.train] ?? [], atMost: Self.mostPhotosToFrame)
    var search = FramingSearch()
    for framing in Framing.allCases {
      model.framing = framing
      defer { model.framing = .middle }
      var batches = loader(photos, augmentation: nil).epoch(0)
      while let batch = try batches.next() {
        try stopIfCancelled()
        let answers = withoutTape { model.look(batch.tensor(), scales: 1)[0].logits.argmax() }
        search.add(zip(answers, batch.labels).map { $0 == $1 }, framing)
      }
    }
    let found = search.best
    (model.framing, state.framing) = (found, found)
    if let sentence = search.sentence { progress(.note(sentence)) }
  }

  /// More photos than this tell no more.
  private static let mostPhotosToFrame = 1024

  private static func evenly(_ samples: [Sample], atMost most: Int) -> [Sample] {
    guard samples.count > most else { return samples }
    return (0..<most).map { samples[$0 * samples.count / most] }
  }
}

extension Stage {
  /// Whether scale 1 learns in it, and nothing else.
  fileprivate var isOfScaleOne: Bool { (phase == .heads || phase == .classify) && scales == [1] }
}
