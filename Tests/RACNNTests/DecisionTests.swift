import Glibc
import NeuralNetworks
import RACNN
import Tensors
import Testing

@Suite struct DecisionTests {
  /// Photos of four classes in three views each; `clarity` is by how much a scale's logit of the true
  /// class exceeds noise of deviation 1.
  private func rows(photos: Int = 60, clarity: [Float], seed: UInt64 = 1) -> FusionRows {
    var generator = RandomGenerator(seed: seed)
    var rows = FusionRows()
    rows.logits = clarity.map { _ in [] }
    for photo in 0..<photos {
      for view in 0..<3 {
        if view > 0 { rows.areVaried.insert(rows.labels.count) }
        rows.labels.append(photo % 4)
        rows.photos.append(photo)
        for (scale, clarity) in clarity.enumerated() {
          rows.logits[scale] += (0..<4).map { label in
            generator.normal() + (label == photo % 4 ? clarity : 0)
          }
        }
      }
    }
    return rows
  }

  private func search(_ rows: FusionRows) -> DecisionSearch {
    DecisionSearch(rows, classes: 4, labelSmoothing: 0.2)
  }

  @Test func theMeanDecidesUnlessAnotherRuleIsBetterBeyondChance() {
    let equal = search(rows(clarity: [2, 2, 2])).best(fused: nil)
    #expect(equal.decision.weights == [1 / 3, 1 / 3, 1 / 3] && !equal.ignoresZooms)
    #expect(equal.loss < equal.firstLoss)
    // Only scale 3 sees anything.
    let last = search(rows(clarity: [0, 0, 4])).best(fused: nil)
    #expect(last.decision.weights == [0, 0, 1] && last.accuracy > 0.9)
  }

  @Test func zoomsThatDoNotHelpAreIgnored() {
    let first = search(rows(clarity: [4, 0, 0])).best(fused: nil)
    #expect(first.ignoresZooms && first.decision.weights == [1, 0, 0])
    #expect(first.loss == first.firstLoss)
  }

  /// Whether zooming makes the result worse is a matter of all views: of photos as they are there may
  /// be too few to tell.
  @Test func aFewPhotosDoNotOutweighTheirViews() {
    var rows = rows(photos: 40, clarity: [0.5, 3, 3])
    for row in rows.labels.indices where !rows.areVaried.contains(row) {
      let (label, photo) = (rows.labels[row], rows.photos[row])
      for scale in 0..<3 {
        // As they are, scale 1 knows all photos, and further looks are wrong about three.
        let answer = scale > 0 && photo < 3 ? (label + 1) % 4 : label
        for other in 0..<4 { rows.logits[scale][row * 4 + other] = other == answer ? 3 : 0 }
      }
    }
    let found = search(rows).best(fused: nil)
    #expect(found.decision.weights == [Float](repeating: 1 / 3, count: 3))
    #expect(abs(found.accuracy - 37.0 / 40) < 1e-9)
  }

  /// What each rule would answer, beside plain sums: a scale that is very sure outweighs the others in
  /// a sum of logits, and not in a mean of probabilities.
  @Test func eachRuleAnswers() throws {
    let model = tinyNetwork()
    let photos = noise([64, 3, 24, 24], seed: 5)
    let views = withoutTape { model(photos) }.views
    for (index, factor) in [Float(300), 60, 60].enumerated() {
      // Without what all photos have in common.
      let classifier = model.scales[index].classifier
      let mean = views[index].logits.sum([0]) / 64
      classifier.bias?.value = ((classifier.bias?.value ?? mean) - mean) * factor
      classifier.weight.value = classifier.weight.value * factor
    }
    let output = withoutTape { model(photos) }
    let scales = output.views.map { view in
      (0..<64).map { Array(view.logits.values[$0 * 4..<$0 * 4 + 4]) }
    }
    func answers(_ score: ([[Float]]) -> [Float]) -> [Int] {
      (0..<64).map { photo in
        let scores = score(scales.map { $0[photo] })
        return scores.indices.max { scores[$0] < scores[$1] } ?? 0
      }
    }
    func sums(_ terms: [[Float]]) -> [Float] {
      (0..<4).map { label in terms.reduce(0) { $0 + $1[label] } }
    }
    func softmax(_ logits: [Float]) -> [Float] {
      let powers = logits.map { exp($0 - (logits.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    let logits = try #require(output.answers[Combination.logits])
    let mean = try #require(output.answers[Combination.mean])
    #expect(logits == answers(sums) && mean == answers { sums($0.map(softmax)) })
    #expect(logits != mean)
  }

  @Test func theFusionLayerDecidesWhereItKnowsMore() {
    let rows = rows(clarity: [1, 1, 1])
    let sure = rows.labels.flatMap { label in (0..<4).map { Float($0 == label ? 6 : 0) } }
    #expect(search(rows).best(fused: sure).decision.weights == nil)
    let wrong = rows.labels.flatMap { label in (0..<4).map { Float($0 == label ? 0 : 6) } }
    #expect(search(rows).best(fused: wrong).decision.weights != nil)
  }

  /// Of decisions that are 70 % sure about 70 % are right, whatever the scale of the logits.
  @Test(arguments: [Float(0.2), 1, 2]) func confidenceIsCalibrated(_ factor: Float) {
    var rows = rows(photos: 400, clarity: [1.5, 1.5])
    rows.logits = rows.logits.map { $0.map { $0 * factor } }
    let found = search(rows).best(fused: nil)
    let logits = rows.logits.map { Tensor($0, shape: [rows.labels.count, 4]) }
    for looked in 1...2 {
      let probabilities = found.decision.probabilities(Array(logits.prefix(looked)), fused: nil)
      let (surest, answers) = (probabilities.max(1).values, probabilities.argmax())
      let right = zip(answers, rows.labels).count { $0 == $1 }
      let expected = surest.reduce(0, +)
      // One temperature fits one network exactly, and a mean of two nearly.
      #expect(abs(Float(right) - expected) < (looked == 1 ? 0.03 : 0.06) * Float(rows.labels.count))
    }
  }

  /// One network has nothing to decide, and is calibrated as well.
  @Test func aSingleScaleIsCalibrated() {
    let rows = rows(photos: 400, clarity: [1.5])
    let found = search(rows).best(fused: nil)
    #expect(found.decision.weights == [Float(1)] && !found.ignoresZooms)
    #expect(found.decision.confidence == nil && found.decision.temperatures != [Float(1)])
    let logits = Tensor(rows.logits[0], shape: [rows.labels.count, 4])
    let expected = found.decision.probabilities([logits], fused: nil).max(1).values.reduce(0, +)
    let right = zip(logits.argmax(), rows.labels).count { $0 == $1 }
    #expect(abs(Float(right) - expected) < 0.03 * Float(rows.labels.count))
  }

  /// The same holds for what each scale says alone.
  @Test func scalesAreCalibratedAlone() throws {
    var rows = rows(photos: 400, clarity: [1.5, 3])
    rows.logits[1] = rows.logits[1].map { $0 * 0.3 }
    let decision = search(rows).best(fused: nil).decision
    for (scale, logits) in rows.logits.enumerated() {
      let probabilities = decision.probabilities(
        Tensor(logits, shape: [rows.labels.count, 4]), ofScale: scale)
      let right = zip(probabilities.argmax(), rows.labels).count { $0 == $1 }
      let expected = probabilities.max(1).values.reduce(0, +)
      #expect(abs(Float(right) - expected) < 0.03 * Float(rows.labels.count))
    }
    let plain = Decision.uncalibrated(scales: 2, fuses: false)
    let one = Tensor([0, 1, 2, 3], shape: [1, 4])
    #expect(plain.probabilities(one, ofScale: 1).values == one.softmax().values)
  }

  /// Two photos leave nearly the temperature that is expected of smoothed labels, and more that are all
  /// right make the network surer, but not sure of everything.
  @Test func fewPhotosLeaveWhatIsExpected() {
    let found = [2, 20, 200].map { photos in
      var rows = FusionRows()
      rows.labels = (0..<photos).map { $0 % 4 }
      rows.photos = Array(0..<photos)
      rows.logits = [0, 1].map { _ in
        rows.labels.flatMap { y in (0..<4).map { $0 == y ? 2 : 0 } }
      }
      return search(rows).best(fused: nil).decision
    }
    let temperatures = found.map { $0.temperatures[1] }
    #expect(temperatures[0] > 0.45 && temperatures[0] < 0.53)
    #expect(temperatures[1] < temperatures[0] && temperatures[2] < temperatures[1])
    #expect(temperatures[2] > 0.2)
    #expect(found.allSatisfy { $0.weights == [0.5, 0.5] })
  }

  /// Networks that were taught without smoothing are too sure of themselves until photos show otherwise.
  @Test func withoutSmoothingLessIsBelieved() {
    let few = rows(photos: 2, clarity: [3])
    let many = rows(photos: 2000, clarity: [3])
    let temperatures = [Float(0), 0.1, 0.2].map { smoothing in
      [few, many].map {
        DecisionSearch($0, classes: 4, labelSmoothing: smoothing).best(fused: nil).decision
          .temperatures[0]
      }
    }
    #expect(temperatures[0][0] > temperatures[1][0] + 0.3)
    #expect(temperatures[1][0] > temperatures[2][0] + 0.05)
    // Many photos have the last word.
    #expect(abs(temperatures[0][1] - temperatures[2][1]) < 0.02)
  }

  @Test func sureFirstLooksNeedNoSecond() throws {
    let sure = search(rows(clarity: [8, 8, 8])).best(fused: nil)
    let unsure = search(rows(clarity: [0.5, 0.5, 5])).best(fused: nil)
    let (low, high) = try (#require(sure.decision.confidence), #require(unsure.decision.confidence))
    #expect(low < high)
  }

  /// The confidence that a few photos lead to costs little on photos that it was not found on, and
  /// spares looks, whether closer looks put some errors right or nearly all. The last are networks whose
  /// temperatures are far from what is expected: with them it is more cautious than it need be.
  @Test(
    arguments: [([3, 3.5, 4], 1.7, 0.002), ([2, 3, 5], 2.7, 0.001), ([1, 3, 8], 2.9, 0.001)])
  func confidenceHoldsOnOtherPhotos(_ clarity: [Float], looks most: Double, lost mostLost: Double)
    throws
  {
    let others = rows(photos: 1000, clarity: clarity, seed: 99)
    let (count, logits) = (
      others.labels.count, others.logits.map { Tensor($0, shape: [others.labels.count, 4]) }
    )
    var (lost, looks) = (0, 0)
    let draws: [UInt64] = Array(1...10)
    for seed in draws {
      let decision = search(rows(photos: 40, clarity: clarity, seed: seed))
        .best(fused: nil).decision
      let confidence = try #require(decision.confidence)
      let seen = (1...3).map { decision.probabilities(Array(logits.prefix($0)), fused: nil) }
      let (surest, answers) = (seen.map { $0.max(1).values }, seen.map { $0.argmax() })
      for row in 0..<count {
        let stop = (0..<2).first { surest[$0][row] >= confidence } ?? 2
        looks += 1 + stop
        lost += answers[2][row] == others.labels[row] ? 1 : 0
        lost -= answers[stop][row] == others.labels[row] ? 1 : 0
      }
    }
    let trials = Double(draws.count * count)
    #expect(Double(lost) / trials < mostLost && Double(looks) / trials < most)
  }

  /// A decision that fits the network no more is refused when the model is read.
  @Test func wrongDecisionsAreNamed() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/model.safetensors"
    let model = tinyNetwork()
    model.decision = Decision(
      weights: [0.5, 0.5, 0], temperatures: [1, 2, 0.5], scaleTemperatures: [1, 3, 2],
      confidence: 0.8)
    try model.save(to: path)
    let loaded = try RecurrentAttentionCNN(contentsOf: path) { _, scope in TinyBackbone(scope) }
    #expect(loaded.decision == model.decision)
    for wrong in [
      Decision(weights: [1, 0], temperatures: [1, 1, 1], confidence: nil),
      Decision(weights: [0, 0, 0], temperatures: [1, 1, 1], confidence: nil),
      Decision(weights: [1, 0, -1], temperatures: [1, 1, 1], confidence: nil),
      Decision(weights: nil, temperatures: [1, 0, 1], confidence: nil),
      Decision(
        weights: nil, temperatures: [1, 1, 1], scaleTemperatures: [1, 1], confidence: nil),
    ] {
      model.decision = wrong
      try model.save(to: path)
      #expect(throws: RACNNError.self) {
        try RecurrentAttentionCNN(contentsOf: path) { _, scope in TinyBackbone(scope) }
      }
    }
  }
}

@Suite struct AdaptiveTests {
  @Test func noPhotoIsLostAndEachIsSeenAsByItself() {
    let model = tinyNetwork()
    model.decision = .uncalibrated(scales: 3, fuses: false)
    let source = noise([7, 3, 24, 24], seed: 3)
    let whole = withoutTape { model(source) }
    let surest = whole.views[0].logits.softmax().max(1).values
    let confidence = surest.sorted()[3]
    let groups = withoutTape { model.lookingAsNeeded(source, confidence: confidence) }
    #expect(groups.flatMap(\.photos).sorted() == Array(0..<7))
    #expect(groups[0].output.views.count == 1 && groups[0].photos.count == 4)
    for (photos, output) in groups {
      for (row, photo) in photos.enumerated() {
        for (scale, view) in output.views.enumerated() {
          let own = view.logits.values[4 * row..<4 * row + 4]
          let same = whole.views[scale].logits.values[4 * photo..<4 * photo + 4]
          for (a, b) in zip(own, same) { #expect(abs(a - b) < 1e-5) }
        }
      }
    }
    let all = withoutTape { model.lookingAsNeeded(source, confidence: .infinity) }
    #expect(all.count == 1 && all[0].photos == Array(0..<7) && all[0].output.views.count == 3)
    let probabilities = all[0].output.probabilities.values
    #expect(probabilities == whole.probabilities.values)
    let once = withoutTape { model.lookingAsNeeded(source, confidence: 0) }
    #expect(once.count == 1 && once[0].output.views.count == 1)
  }

  /// What has no weight in the decision is not looked at, and the decision is the same.
  @Test func scalesThatDoNotDecideAreLeftOut() {
    let model = tinyNetwork()
    model.decision = Decision(
      weights: [0.5, 0.5, 0], temperatures: [1, 0.5, 0.5], confidence: nil)
    let source = noise([5, 3, 24, 24], seed: 4)
    let groups = withoutTape { model.lookingAsNeeded(source, confidence: .infinity) }
    #expect(groups.count == 1 && groups[0].output.views.count == 2)
    let whole = withoutTape { model(source) }.probabilities.values
    #expect(groups[0].output.probabilities.values == whole)
    #expect(model.looks == 2)
  }

  /// Counted by hand: two convolutions and a classifier at each scale, an APN of two layers at two.
  @Test func arithmeticIsCounted() {
    let backbone = 8 * 27 * 64 + 12 * 72 * 16
    let proposal = 12 * 16 * 10 + 10 * 3
    let look = backbone + 48
    let expected = [look, 2 * look + proposal, 3 * look + 2 * proposal]
    #expect(tinyNetwork().multiplyAccumulates() == expected.map(Double.init))
  }

  /// Convolutions that are computed at once count as they do one after another.
  @Test func costsDoNotDependOnHowTheyAreComputed() {
    let model = RecurrentAttentionCNN(
      ModelConfiguration(
        backbone: .tfEfficientNetLite0, classNames: ["a", "b"], inputSizes: [128],
        sourceSize: 128), seed: 1)
    let (view, timings) = Kernels.profiling {
      model.scales[0](.zeros([1, 3, 128, 128]), .whole(count: 1))
    }
    #expect(view.logits.requiresGradient)
    let recorded = timings.filter {
      ["convolution", "depthwise", "matrix product"].contains($0.kernel)
    }
    #expect(model.multiplyAccumulates() == [recorded.reduce(0) { $0 + $1.operations / 2 }])
  }
}
