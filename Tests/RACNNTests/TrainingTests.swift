import Files
import Glibc
import ImageDatasets
import NeuralNetworks
import RACNN
import Tensors
import Testing

@Suite(.serialized) struct TrainingTests {
  let folder = TemporaryFolder()

  init() throws { try drawPatches(in: folder) }

  /// Trains, and stops when it asks whether to for the `cancelAt`-th time.
  private func run(
    _ configuration: TrainingConfiguration, cancelAt: Int? = nil,
    progress: @escaping (TrainingEvent) -> Void = { _ in },
    asked: @escaping (Int) -> Void = { _ in }
  ) throws -> TrainingResult {
    var count = 0
    return try RACNN.train(
      configuration, makeBackbone: TinyBackbone.init, progress: progress,
      isCancelled: {
        count += 1
        asked(count)
        return count == cancelAt
      })
  }

  private func arrays(_ path: String) throws -> [String: WeightArray] {
    let file = try SafetensorsFile(contentsOf: path)
    var arrays: [String: WeightArray] = [:]
    for name in file.names { arrays[name] = try file.array(name) }
    return arrays
  }

  @Test func aRunIsWholeAndTellsWhatHappened() throws {
    var titles: [String] = []
    var fractions: [Double] = []
    var scores: Evaluation?
    var (checked, scored): ([Int], [Int]) = ([], [])
    let result = try run(tinyTraining(folder, run: "whole")) { event in
      switch event {
      case .checked(let count): checked.append(count)
      case .scored(let done, let total):
        #expect(total == 4)
        scored.append(done)
      case .stageStarted(let stage, _): titles.append(stage.title)
      case .step(let step): fractions.append(step.fraction)
      case .evaluated(let evaluation): scores = evaluation
      default: break
      }
    }
    #expect(
      titles == [
        "heads, scale 1", "classify, scale 1", "heads, scale 2", "classify, scale 2",
        "heads, scale 3", "classify, scale 3",
        "propose, scale 1", "propose, scale 2", "alternate 1, classifiers",
        "alternate 1, proposals", "fuse",
      ])
    #expect(checked == Array(1...24))
    #expect(scored == scored.sorted() && scored.last == 4)
    #expect(fractions == fractions.sorted() && (fractions.last ?? 2) < 1)
    #expect(
      folder.names("whole") == [
        "config.json", "splits.json", "metrics.csv", "metrics.jsonl", "checkpoints",
        "model.safetensors", "evaluation.json",
      ])
    #expect(
      folder.names("whole/checkpoints") == [
        "last.safetensors", "previous.safetensors", "best.safetensors",
      ])
    #expect(scores == result.evaluation)
    let evaluation = try #require(result.evaluation)
    #expect(
      Set(evaluation.accuracy.keys) == ["1", "2", "3", "1+2", "1+2+3", "mean", "logits", "fusion"])
    #expect(evaluation.count == 4 && evaluation.confusion.flatMap { $0 }.reduce(0, +) == 4)
    #expect(evaluation.boxes == nil)
    let run = try Run(contentsOf: "\(folder.path)/whole")
    #expect(run.isFinished && run.history == result.history && run.evaluation == evaluation)
    #expect(run.history.count == 12)
    for epoch in run.history {
      #expect(epoch.losses["total"]?.isFinite == true && epoch.validationLoss != nil)
    }
    let ranking = try #require(run.history.first { $0.stage.part == .proposals })
    #expect(ranking.boxes.map(\.scale) == [2, 3] && ranking.activeHinges.count == 2)
    #expect(ranking.boxes.allSatisfy { $0.halfSide > 0.16 && $0.halfSide < 0.51 })
  }

  /// From the check of the first photo to the last batch that is scored.
  @Test(arguments: 0...10) func goingOnGivesTheSameBits(_ part: Int) throws {
    var questions = 0
    let whole = try run(tinyTraining(folder, run: "whole"), asked: { questions = $0 })
    let batch = 1 + (questions - 1) * part / 10
    #expect(throws: RACNNError.cancelled(run: "\(folder.path)/cut")) {
      try run(tinyTraining(folder, run: "cut"), cancelAt: batch)
    }
    let resumed = try RACNN.train(
      resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init, progress: { _ in },
      isCancelled: { false })
    #expect(try arrays(whole.modelPath) == arrays(resumed.modelPath))
    #expect(whole.history.map(\.losses) == resumed.history.map(\.losses))
    #expect(whole.history.map(\.validationLoss) == resumed.history.map(\.validationLoss))
    #expect(whole.history.map(\.boxes) == resumed.history.map(\.boxes))
    #expect(whole.evaluation?.correct == resumed.evaluation?.correct)
  }

  @Test func decodingThreadsDoNotChangeABit() throws {
    var two = tinyTraining(folder, run: "two")
    two.decodingThreads = 2
    let one = try run(tinyTraining(folder, run: "one"))
    let other = try run(two)
    #expect(try arrays(one.modelPath) == arrays(other.modelPath))
    var seeded = tinyTraining(folder, run: "seeded")
    seeded.seed = 2
    #expect(try arrays(one.modelPath) != arrays(run(seeded).modelPath))
  }

  @Test func savingMemoryDoesNotChangeABit() throws {
    var saving = tinyTraining(folder, run: "saving")
    saving.savesMemory = true
    let plain = try run(tinyTraining(folder, run: "plain"))
    #expect(try arrays(plain.modelPath) == arrays(run(saving).modelPath))
  }

  @Test func aSharedBackboneTrainsToo() throws {
    var configuration = tinyTraining(folder, run: "shared")
    configuration.sharesBackbone = true
    let result = try run(configuration)
    let names = try SafetensorsFile(contentsOf: result.modelPath).names
    #expect(names.contains("scales.0.backbone.conv1.weight"))
    #expect(!names.contains("scales.1.backbone.conv1.weight"))
  }

  /// Weights that do not fit are told of before photos are looked at, of which there are none here.
  @Test func weightsAreTriedFirst() throws {
    var configuration = tinyTraining(folder, run: "unfit")
    configuration.dataset = "\(folder.path)/nothing"
    configuration.backbone = .resnet18
    configuration.weights = try EmbeddedWeights.path(for: "tf_efficientnet_lite0")
    #expect(throws: WeightsError.self) { try train(configuration) }
    configuration.weights = nil
    #expect(throws: DatasetError.self) { try train(configuration) }
  }

  /// A rate at which weights overflow: what is saved stays sound, and the photos are named.
  @Test func divergenceStopsBeforeItIsSaved() throws {
    var configuration = tinyTraining(folder, run: "diverged")
    configuration.bodyRate = 1e30
    configuration.headRate = 1e30
    let error = #expect(throws: RACNNError.self) { try run(configuration) }
    guard case .diverged(_, _, _, let step, let photos) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(step >= 1 && photos.count == 4 && photos.allSatisfy { $0.hasSuffix(".png") })
    for name in folder.names("diverged/checkpoints") {
      let saved = try arrays("\(folder.path)/diverged/checkpoints/\(name)").values
      let broken = saved.filter { $0.values.contains { !$0.isFinite } }
      #expect(broken.isEmpty)
    }
  }

  @Test func aGradientThatIsNoNumberStopsBeforeItsStep() throws {
    let configuration = tinyTraining(folder, run: "broken")
    let error = #expect(throws: RACNNError.self) {
      try RACNN.train(
        configuration, makeBackbone: BrokenBackbone.init, progress: { _ in },
        isCancelled: { false })
    }
    guard case .diverged(let what, let stage, 1, 1, let photos) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(what.hasPrefix("the gradient of scales.0.backbone.conv"))
    #expect(stage == "classify, scale 1" && photos.count == 4)
    // The checkpoint of the stage before is there, and nothing of this one.
    #expect(try Run(contentsOf: configuration.output).history.count == 1)
    #expect(folder.names("broken/checkpoints") == ["last.safetensors"])
  }

  /// Descriptors that are no numbers end the fit of the fusion before its first step.
  @Test func theFusionIsNotFittedToWhatIsNoNumber() throws {
    let phase = try #require(FusePhase(tinyNetwork(classes: 2), Rates(head: 1e-3)))
    var rows = FusionRows()
    rows.labels = [0, 1, 0, 1, 0]
    rows.photos = [0, 1, 2, 3, 4]
    rows.values = Array(repeating: 0.5, count: 5 * 36)
    rows.values[40] = .nan
    #expect(throws: FusionFit.Divergence.self) { try FusionFit(phase: phase).fit(rows) }
  }

  /// A photo that was replaced by another of its size is named.
  @Test func aChangedPhotoIsNamed() throws {
    _ = try? run(tinyTraining(folder, run: "cut"), cancelAt: 80)
    let file = try #require(fopen("\(folder.path)/data/red/3.png", "r+b"))
    fseek(file, -1, SEEK_END)
    fwrite([UInt8(0)], 1, 1, file)
    fclose(file)
    let error = #expect(throws: DatasetError.self) {
      try RACNN.train(
        resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init, progress: { _ in },
        isCancelled: { false })
    }
    #expect("\(try #require(error))".contains("red/3.png has another content"))
  }

  /// A run that was killed before anything was written can have its folder again.
  @Test func aFolderWithLeftoversAloneIsFree() throws {
    mkdir("\(folder.path)/killed", 0o755)
    let leftover = try #require(fopen("\(folder.path)/killed/.racnn-1.tmp", "wb"))
    fclose(leftover)
    #expect(Run.isFree("\(folder.path)/killed") && !Run.isFree("\(folder.path)/data"))
    let result = try run(tinyTraining(folder, run: "killed"))
    #expect(!folder.names("killed").contains(".racnn-1.tmp"))
    #expect(try Run(contentsOf: result.run).isFinished)
  }

  /// A damaged checkpoint is known by its checksum, and the one before serves.
  @Test func aDamagedCheckpointIsPassedOver() throws {
    let whole = try run(tinyTraining(folder, run: "whole"))
    _ = try? run(tinyTraining(folder, run: "cut"), cancelAt: 80)
    let last = "\(folder.path)/cut/checkpoints/last.safetensors"
    let file = try #require(fopen(last, "r+b"))
    fseek(file, -9, SEEK_END)
    fwrite([UInt8(0xa5)], 1, 1, file)
    fclose(file)
    var notes: [String] = []
    let resumed = try RACNN.train(
      resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init,
      progress: { if case .note(let text) = $0 { notes.append(text) } }, isCancelled: { false })
    #expect(notes.contains { $0.contains("last.safetensors") && $0.contains("previous") })
    #expect(try arrays(whole.modelPath) == arrays(resumed.modelPath))
  }

  /// Each epoch says what computed it, and so does a training that other kernels go on with.
  @Test func otherKernelsAreTold() throws {
    Kernels.withReference {
      _ = try? run(tinyTraining(folder, run: "cut"), cancelAt: 80)
    }
    var notes: [String] = []
    let resumed = try RACNN.train(
      resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init,
      progress: { if case .note(let text) = $0 { notes.append(text) } }, isCancelled: { false })
    #expect(resumed.history.first?.kernels == "plain Swift")
    #expect(resumed.history.last?.kernels == Kernels.name)
    let tells = notes.contains {
      $0.contains("plain Swift until here") && $0.contains("\(Kernels.name) from here on")
    }
    #expect(tells == (Kernels.name != "plain Swift"))
  }

  /// Files that are no photos are named once each, and all else is as if they were not there.
  @Test func badPhotosAreLeftOut() throws {
    let clean = try run(tinyTraining(folder, run: "clean"))
    let names = ["blue/0a.png", "blue/zz.jpg", "red/5x.jpeg"]
    for (index, name) in names.enumerated() {
      let file = try #require(fopen("\(folder.path)/data/\(name)", "wb"))
      fwrite(Array("\u{89}PNG no photo".utf8), 1, index * 7, file)
      fclose(file)
    }
    mkdir("\(folder.path)/data/red/folder.jpg", 0o755)
    symlink("nowhere.png", "\(folder.path)/data/red/9a.png")
    var notes: [String] = []
    let dirty = try run(tinyTraining(folder, run: "dirty")) {
      if case .note(let text) = $0 { notes.append(text) }
    }
    for name in names + ["red/9a.png"] { #expect(notes.count { $0.contains(name) } == 1) }
    #expect(try arrays(clean.modelPath) == arrays(dirty.modelPath))
    var strict = tinyTraining(folder, run: "strict")
    strict.refusesBadPhotos = true
    #expect(throws: RACNNError.self) { try run(strict) }
    #expect(folder.names("strict").isEmpty)
  }

  /// Photos that come while a training runs, or after, are told of and change nothing.
  @Test func newPhotosAreLeftOutOfARun() throws {
    let folder = TemporaryFolder()
    try drawPatches(in: folder)
    let whole = try run(tinyTraining(folder, run: "whole"))
    _ = try? run(tinyTraining(folder, run: "cut"), cancelAt: 60)
    let file = try FileBytes("\(folder.path)/data/blue/0.png")
    try AtomicFile.write(file.withBytes { Array($0) }, to: "\(folder.path)/data/red/new.png")
    var warnings: [String] = []
    let resumed = try RACNN.train(
      resuming: "\(folder.path)/cut", makeBackbone: TinyBackbone.init,
      progress: { if case .warning(let text) = $0 { warnings.append(text) } },
      isCancelled: { false })
    #expect(warnings.count == 1 && warnings[0].contains("left out (red/new.png)"))
    #expect(try arrays(whole.modelPath) == arrays(resumed.modelPath))
    #expect(whole.evaluation?.correct == resumed.evaluation?.correct)
  }

  @Test func twoTrainingsDoNotShareAFolder() throws {
    _ = try? run(tinyTraining(folder, run: "shared"), cancelAt: 40)
    let lock = try FolderLock("\(folder.path)/shared")
    #expect(lock != nil)
    #expect(throws: RACNNError.self) {
      try RACNN.train(
        resuming: "\(folder.path)/shared", makeBackbone: TinyBackbone.init, progress: { _ in },
        isCancelled: { false })
    }
    withExtendedLifetime(lock) {}
  }

  /// The logs are written anew from the checkpoint, which alone must be sound.
  @Test func aDamagedLogKeepsNoRunFromGoingOn() throws {
    let configuration = tinyTraining(folder, run: "log")
    _ = try? run(configuration, cancelAt: 60)
    let log = "\(configuration.output)/metrics.jsonl"
    try #require(folder.names("log").contains("metrics.jsonl"))
    try AtomicFile.write("no log\n", to: log)
    #expect(throws: RACNNError.self) { try Run(contentsOf: configuration.output) }
    let result = try RACNN.train(
      resuming: configuration.output, makeBackbone: TinyBackbone.init, progress: { _ in },
      isCancelled: { false })
    #expect(try Run(contentsOf: configuration.output).history == result.history)
  }

  /// A copy of a photo in another class is told of.
  @Test func copiesAreToldOf() throws {
    let folder = TemporaryFolder()
    try drawPatches(in: folder)
    let file = try FileBytes("\(folder.path)/data/blue/0.png")
    try AtomicFile.write(file.withBytes { Array($0) }, to: "\(folder.path)/data/red/copy.png")
    var warnings: [String] = []
    _ = try? run(tinyTraining(folder, run: "copies"), cancelAt: 40) { event in
      if case .warning(let text) = event { warnings.append(text) }
    }
    #expect(warnings.contains { $0.contains("1 photo is a copy") && $0.contains("copy.png") })
  }

  @Test func aRunIsNotOverwritten() throws {
    _ = try? run(tinyTraining(folder, run: "taken"), cancelAt: 1)
    #expect(throws: RACNNError.self) { try run(tinyTraining(folder, run: "taken")) }
    #expect(throws: RACNNError.self) { try Run(contentsOf: "\(folder.path)/data") }
  }

  @Test func badSettingsAreNamed() throws {
    var configuration = tinyTraining(folder, run: "bad")
    configuration.inputSizes = [7]
    #expect(throws: RACNNError.self) { try run(configuration) }
    configuration = tinyTraining(folder, run: "bad")
    (configuration.boxGradient, configuration.maskSharpness) = (.surrogate, nil)
    #expect(throws: RACNNError.self) { try run(configuration) }
    let spoils: [(inout TrainingConfiguration) -> Void] = [
      { $0.maskSharpness = 0 }, { $0.labelSmoothing = 1 }, { $0.augmentation.minimumArea = -1 },
      { $0.augmentation.jitter = .nan }, { $0.computeThreads = 3_000_000_000 },
      { $0.plan = $0.plan.scaled(by: .max) }, { $0.plan.rounds = -1 },
    ]
    for spoil in spoils {
      configuration = tinyTraining(folder, run: "bad")
      spoil(&configuration)
      let error = #expect(throws: RACNNError.self) { try run(configuration) }
      guard case .badSetting = error else {
        Issue.record("\(error.map { "\($0)" } ?? "no error")")
        continue
      }
    }
    #expect(folder.names("bad").isEmpty)
  }

  /// A trained network is scored in each way that there is.
  @Test func networksAreScored() throws {
    let folder = TemporaryFolder()
    try drawPatches(in: folder)
    let configuration = tinyTraining(folder, run: "scored")
    let result = try train(configuration)
    let model = try RecurrentAttentionCNN(contentsOf: result.modelPath)
    let dataset = try ImageDataset(
      contentsOf: configuration.dataset, manifest: Run(contentsOf: configuration.output).manifest)
    let plain = try evaluate(model, on: dataset, split: .train)
    try checkControls(model, dataset, plain)
    let once = try checkSavings(model, dataset, plain)
    try checkComparison(model, dataset, plain)

    // What is not scored again stays with the run.
    var scored = plain
    scored.adaptive = once
    try Run(contentsOf: configuration.output).record(scored)
    try Run(contentsOf: configuration.output).record(plain)
    #expect(try Run(contentsOf: configuration.output).evaluation == scored)
  }

  /// Controls look elsewhere, and say with which certainty that is worse.
  private func checkControls(
    _ model: RecurrentAttentionCNN, _ dataset: ImageDataset, _ plain: Evaluation
  ) throws {
    let scores = try evaluateControls(model, on: dataset, split: .train, batchSize: 5)
    // These photos have no true boxes.
    #expect(scores.map(\.control) == [.learned, .initial, .center, .random])
    #expect(scores[0].accuracy.mapValues(\.value) == plain.accuracy)
    for score in scores {
      #expect(Set(score.accuracy.keys) == Set(plain.accuracy.keys))
      #expect(score.accuracy["1"] == scores[0].accuracy["1"])
      for (key, interval) in score.accuracy {
        #expect(interval.low <= interval.value && interval.value <= interval.high)
        let learned = scores[0].accuracy[key]?.value ?? 0
        let advantage = score.advantage[key]?.value ?? 0
        #expect(abs(advantage - (learned - interval.value)) < 1e-9 || score.control == .learned)
      }
    }
    let again = try evaluateControls(model, on: dataset, split: .train, batchSize: 5)
    #expect(again == scores)
    let other = try evaluateControls(model, on: dataset, split: .train, seed: 2, batchSize: 5)
    #expect(other[2].accuracy.mapValues(\.value) == scores[2].accuracy.mapValues(\.value))
    model.boxPolicy = .initial
    defer { model.boxPolicy = .learned }
    let initial = try evaluate(model, on: dataset, split: .train)
    #expect(scores[1].accuracy.mapValues(\.value) == initial.accuracy)
  }

  /// Looking closer only where needed.
  private func checkSavings(
    _ model: RecurrentAttentionCNN, _ dataset: ImageDataset, _ plain: Evaluation
  ) throws -> AdaptiveScore {
    let decision = try #require(plain.accuracy["1+2+3"])
    func adaptive(_ confidence: Float?) throws -> AdaptiveScore {
      try evaluateAdaptively(
        model, on: dataset, split: .train, confidence: confidence, batchSize: 5)
    }
    for confidence in [Float.infinity, .nan] {
      #expect(throws: RACNNError.self) { try adaptive(confidence) }
    }
    let all = try adaptive(2)
    #expect(all.accuracy.value == decision && all.loss.value == 0)
    #expect(all.looks == [0, 0, 1] && all.share == 1)
    let once = try adaptive(0)
    #expect(once.accuracy.value == plain.accuracy["1"] && once.looks == [1, 0, 0])
    #expect(once.share > 0.3 && once.share < 0.4)
    #expect(try adaptive(nil).confidence == model.decision.confidence)

    // Scales that decide nothing cost nothing.
    let found = model.decision
    defer { model.decision = found }
    (model.decision.weights, model.decision.confidence) = ([1, 0, 0], nil)
    let first = try adaptive(0.5)
    #expect(first.looks == [1, 0, 0] && first.share == 1 && first.loss.value == 0)
    #expect(try evaluate(model, on: dataset, split: .train).looks == 1)
    let members = try compare([("first", model)], on: dataset, split: .train).members
    #expect(members[0].multiplyAccumulates == model.multiplyAccumulates()[0])
    return once
  }

  /// Networks side by side.
  private func checkComparison(
    _ model: RecurrentAttentionCNN, _ dataset: ImageDataset, _ plain: Evaluation
  ) throws {
    let decision = try #require(plain.accuracy["1+2+3"])
    let other = RecurrentAttentionCNN(model.configuration, seed: 9)
    var single = model.configuration
    (single.inputSizes, single.fuses, single.decision) = ([32], false, nil)
    single.proposalWidth = nil
    let comparison = try compare(
      [("own", model), ("other", other), ("single", RecurrentAttentionCNN(single, seed: 2))],
      on: dataset, split: .train)
    #expect(comparison.members.map(\.name) == ["own", "other", "single"])
    #expect(comparison.members[0].accuracy.mapValues(\.value) == plain.accuracy)
    #expect(comparison.members[0].behind.value == 0)
    for member in comparison.members.dropFirst() {
      let key = member.inputSizes.count == 1 ? "1" : "1+2+3"
      let behind = decision - (member.accuracy[key]?.value ?? 0)
      #expect(abs(member.behind.value - behind) < 1e-9)
    }
    #expect(comparison.groups.map(\.count) == [2, 1])
    var strange = model.configuration
    strange.classNames[0] = "a class of its own"
    #expect(
      throws: RACNNError.otherClasses(
        model: "stranger", dataset: dataset.root, unknown: [dataset.classNames[0]])
    ) {
      _ = try compare(
        [("own", model), ("stranger", RecurrentAttentionCNN(strange, seed: 1))], on: dataset,
        split: .train, progress: { _, _ in Issue.record("photos were scored before") })
    }
    let values = comparison.members.prefix(2).compactMap { $0.accuracy["1"]?.value }
    let group = comparison.groups[0]
    #expect(abs((group.mean["1"] ?? 0) - (values[0] + values[1]) / 2) < 1e-9)
    let spread = abs(values[0] - values[1]) / 2.0.squareRoot()
    #expect(abs((group.deviation["1"] ?? 0) - spread) < 1e-9)
  }

  /// A ranking rate that throws all boxes to their limits is noticed, and what it did taken back.
  @Test func collapsedBoxesAreTakenBack() throws {
    var configuration = tinyTraining(folder, run: "collapse")
    configuration.rankingRate = 30
    configuration.plan.rounds = 2
    configuration.plan.alternateProposals = 3
    var notes: [String] = []
    let result = try run(configuration) { if case .note(let note) = $0 { notes.append(note) } }
    #expect(notes.contains { $0.hasPrefix("Boxes collapsed (boxes ") })
    let proposals = result.history.filter { $0.stage.part == .proposals }
    #expect(proposals.count == 1 && proposals[0].warnings.contains(where: \.isCollapse))
    // Nothing is left of that stage: all is as without it.
    configuration.output = "\(folder.path)/without"
    configuration.plan.alternateProposals = 0
    configuration.plan.rounds = 1
    let other = try run(configuration)
    #expect(try arrays(result.modelPath) == arrays(other.modelPath))
  }

  /// An alternation that moves the network, but not to lower losses beyond chance, is taken back.
  @Test func anAlternationThatChangesLittleLeavesNothing() throws {
    var configuration = tinyTraining(folder, run: "little")
    configuration.alternationFactor = 1e-4
    configuration.rankingRate = 1e-7
    var notes: [String] = []
    let result = try run(configuration) { if case .note(let note) = $0 { notes.append(note) } }
    #expect(result.history.count { $0.stage.phase == .alternate } == 2)
    #expect(notes.contains { $0.hasPrefix("The alternation ends after round 1") })
    configuration.output = "\(folder.path)/nothing"
    configuration.plan.rounds = 0
    let plain = try run(configuration)
    #expect(try arrays(result.modelPath) == arrays(plain.modelPath))
  }

  /// What few photos say for an alternation may be chance, and without any nothing speaks for it.
  @Test(arguments: [0, 0.25])
  func anAlternationThatFewCouldVouchForIsLeftOut(_ fraction: Double) throws {
    var configuration = tinyTraining(folder, run: "few\(fraction)")
    configuration.validationFraction = fraction
    var notes: [String] = []
    var shares: [Double] = []
    let result = try run(configuration) {
      if case .note(let note) = $0 { notes.append(note) }
      if case .step(let step) = $0 { shares.append(step.fraction) }
    }
    let dataset = try ImageDataset(
      contentsOf: configuration.dataset,
      manifest: Run(contentsOf: configuration.output).manifest)
    let count = dataset.samples[.validation]?.count ?? 0
    #expect(count < SampleMean.fewest && (count > 0) == (fraction > 0))
    let note = try #require(notes.first { $0.hasPrefix("The alternation is left out") })
    #expect(note.hasSuffix(" \(count)."))
    #expect(!result.history.contains { $0.stage.phase == .alternate })
    let model = try RecurrentAttentionCNN(contentsOf: result.modelPath) { _, scope in
      TinyBackbone(scope)
    }
    let decision = model.decision
    let temperatures = try #require(decision.scaleTemperatures)
    #expect(temperatures.count == 3 && temperatures.allSatisfy { $0 > 0.2 && $0 < 1.2 })
    if count == 0 {
      // Those that are expected, for the decision and for each scale.
      #expect(Set(temperatures + decision.temperatures).count == 1)
      #expect(notes.contains { $0.contains("are calibrated as those of other photos") })
    }
    // What is left out takes no time: as much is done at each step as without it.
    configuration.output += "-without"
    configuration.plan.rounds = 0
    var others: [Double] = []
    _ = try run(configuration) { if case .step(let step) = $0 { others.append(step.fraction) } }
    #expect(shares == others && shares.count > 1)
  }

  @Test(
    arguments: [
      ([0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2], true), ([0.1, 0.2, 0.1, 0.2], false),
      ([2, -1, 2, -1, 2, -1, 2, -1], false), ([], false), ([1], false),
    ] as [([Double], Bool)])
  func aMeanIsAboveChance(_ values: [Double], _ expected: Bool) {
    #expect(SampleMean(values).isAboveChance == expected)
  }

  /// The table of a training has as many columns as its scales need, and each epoch fills its own.
  @Test(arguments: [1, 2, 4]) func theTableOfEpochsHasAllScales(_ scales: Int) throws {
    var configuration = tinyTraining(folder, run: "table\(scales)")
    configuration.inputSizes = [Int](repeating: 32, count: scales)
    configuration.plan.rounds = 0
    let result = try run(configuration)
    let text = try FileBytes("\(configuration.output)/metrics.csv").withBytes {
      String(decoding: $0, as: UTF8.self)
    }
    // Commas within quotes are no ends of values.
    let lines = text.split(separator: "\n").map { line in
      line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        .map { $0.offset % 2 == 1 ? $0.element.filter { $0 != "," } : String($0.element) }
        .joined().split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines.count == 1 + result.history.count)
    #expect(lines.allSatisfy { $0.count == lines[0].count })
    let names = Combination.inOrder(try #require(result.evaluation).accuracy.keys)
    #expect(names.first == "1" && names.contains(Combination.first(scales)))
    let columns = names.compactMap { name in
      lines[0].firstIndex { $0 == "validation accuracy \(name)" }
    }
    #expect(columns.count == names.count && columns == columns.sorted())
    let last = try #require(lines.last)
    #expect(columns.allSatisfy { Double(last[$0]) != nil })
  }

  /// A scale that cannot move learns nothing, which its last epoch tells; one that learns is not blamed.
  @Test func aScaleThatLearnsNothingIsWarnedOf() throws {
    var configuration = tinyTraining(folder, run: "learning")
    configuration.inputSizes = [32]
    configuration.plan.classify = [12]
    func warned(_ configuration: TrainingConfiguration) throws -> [Bool] {
      try run(configuration).history.filter { $0.stage.phase == .classify }
        .map { $0.warnings.contains(.learnsNothing) }
    }
    #expect(try warned(configuration).allSatisfy { !$0 })
    configuration.output = "\(folder.path)/stuck"
    (configuration.bodyRate, configuration.headRate) = (0, 0)
    configuration.plan.classify = [2]
    #expect(try warned(configuration) == [false, true])
  }

  @Test func whatBecomesOfAStage() {
    func found(
      _ learned: Double, step: Int = 228, restarts: Int = 0, stepsToLearn: Int? = 600
    ) -> Continuation {
      .found(
        learned: learned, classes: 8, step: step, restarts: restarts, stepsToLearn: stepsToLearn)
    }
    #expect(found(0.93) == .none && found(0.87) == .goesOn && found(0.35) == .goesOn)
    #expect(found(0.87, step: 600) == .none && found(0.87, stepsToLearn: nil) == .none)
    #expect(found(0.21) == .beginsAgain && found(0.21, step: 9000, restarts: 1) == .beginsAgain)
    #expect(found(0.21, restarts: 2) == .goesOn && found(0.21, step: 600, restarts: 2) == .none)
    #expect(found(0.21, step: 99) == .goesOn && found(0.21, stepsToLearn: 0) == .beginsAgain)
    #expect(found(0.21, stepsToLearn: nil) == .none && found(0.87, stepsToLearn: 0) == .none)
  }

  /// A network that learns nothing begins again twice, the second time at half the rate, and then goes
  /// on while its steps are few; resumed in the midst of that, it is the same.
  @Test func aStageThatHasNotLearnedGoesOn() throws {
    var configuration = tinyTraining(folder, run: "once")
    configuration.inputSizes = [32]
    configuration.batchSize = 1
    configuration.plan.classify = [10]
    (configuration.bodyRate, configuration.headRate) = (1e-6, 1e-6)
    func epochs(_ result: TrainingResult) -> [EpochMetrics] {
      result.history.filter { $0.stage.phase == .classify }
    }
    var batches = 0
    let once = try run(configuration) { if case .step(let step) = $0 { batches = step.batches } }
    #expect(epochs(once).map(\.epochs) == [Int](repeating: 10, count: 10) && batches >= 10)
    configuration.plan.stepsToLearn = 10 * batches + 1
    configuration.output = "\(folder.path)/whole"
    var notes: [String] = []
    var fractions: [Double] = []
    var questions = 0
    let whole = try run(
      configuration,
      progress: { event in
        if case .note(let note) = event { notes.append(note) }
        if case .step(let step) = event { fractions.append(step.fraction) }
      }, asked: { questions = $0 })
    let learned = epochs(whole)
    #expect(learned.map(\.epoch) == Array(1...40))
    #expect(learned.map(\.epochs) == (1...40).map { min(40, $0 / 10 * 10 + 10) })
    let ends = ["begins again.", "begins again at half the learning rates.", "it goes on"]
    #expect(notes.compactMap { note in ends.first(where: note.contains) } == ends)
    let rates = learned.map(\.learningRate)
    #expect(rates[2] == rates[12] && rates[2] == 2 * rates[22] && rates[22] == rates[32])
    #expect(rates[9] < rates[2])
    // Only the end of all its epochs says that nothing is learned.
    let isBlamed = learned.map { $0.warnings.contains(.learnsNothing) }
    #expect(isBlamed.dropLast().allSatisfy { !$0 })
    #expect((fractions.last ?? 2) < 1)
    for eighths in [3, 5, 7] {
      configuration.output = "\(folder.path)/cut-\(eighths)"
      #expect(throws: RACNNError.cancelled(run: configuration.output)) {
        try run(configuration, cancelAt: questions * eighths / 8)
      }
      let resumed = try RACNN.train(
        resuming: configuration.output, makeBackbone: TinyBackbone.init, progress: { _ in },
        isCancelled: { false })
      #expect(try arrays(whole.modelPath) == arrays(resumed.modelPath))
      #expect(whole.history.map(\.losses) == resumed.history.map(\.losses))
    }
  }

  /// A network that has learned its photos does not go on, nor one for which epochs were asked.
  @Test func whatHasLearnedIsDone() throws {
    var configuration = tinyTraining(folder, run: "done")
    configuration.inputSizes = [32]
    configuration.plan.classify = [40]
    configuration.plan.stepsToLearn = 10_000
    let history = try run(configuration).history.filter { $0.stage.phase == .classify }
    #expect(history.last?.trainingAccuracy["1"] ?? 0 >= 0.9)
    #expect(history.count == 40)
    #expect(configuration.plan.scaled(by: 3).stepsToLearn == 0)
  }

  /// Boxes at a border are the ranking loss's doing only where they were not taught to be there.
  @Test func boxesAreBlamedForWhatTheyWereNotTaught() throws {
    let history = try run(tinyTraining(folder, run: "blamed")).history
    func epoch(
      _ phase: TrainingPhase, atBorder: Double, spread: Double = 0.1
    ) throws -> EpochMetrics {
      var epoch = try #require(history.last { $0.stage.phase == phase && !$0.boxes.isEmpty })
      for index in epoch.boxes.indices {
        (epoch.boxes[index].atBorder, epoch.boxes[index].spread) = (atBorder, spread)
        (epoch.boxes[index].largest, epoch.boxes[index].smallest) = (0, 0)
      }
      epoch.activeHinges = [:]
      return epoch
    }
    func found(_ epoch: EpochMetrics, _ taught: EpochMetrics? = nil) -> [TrainingWarning] {
      TrainingWarning.found(in: epoch, classes: 3, taught: taught?.boxes ?? [])
    }
    let (inside, outside) = (
      try epoch(.alternate, atBorder: 0.2), try epoch(.alternate, atBorder: 0.8)
    )
    #expect(found(outside) == [.boxesStickToBorder])
    #expect(found(outside, inside) == [.boxesStickToBorder])
    #expect(found(outside, outside) == [])
    #expect(found(inside, outside) == [])
    #expect(found(try epoch(.propose, atBorder: 0.8)) == [])
    let still = try epoch(.propose, atBorder: 0, spread: 0.001)
    #expect(found(still) == [.boxesIgnorePhotos])
    var early = still
    early.epochs += 1
    #expect(found(early) == [])
  }

  /// Of 40 photos three fewer are chance, ten are not; and of six, nothing is shown.
  @Test func aZoomIsWarnedOfOnlyBeyondChance() {
    func right(_ count: Int, of photos: Int = 40) -> [Bool] { (0..<photos).map { $0 < count } }
    func found(_ scales: [Bool]...) -> [TrainingWarning] {
      TrainingWarning.found(
        right: Dictionary(uniqueKeysWithValues: zip(1..., scales).map { ("\($0)", $1) }))
    }
    #expect(found(right(38)) == [])
    #expect(found(right(38), right(35), right(33)) == [])
    #expect(found(right(38), right(28), right(28)) == [.scale2BelowScale1])
    #expect(found(right(28), right(38), right(28)) == [.scale3BelowScale2])
    #expect(found(right(38), right(28), right(18)) == [.scale2BelowScale1, .scale3BelowScale2])
    #expect(found(right(6, of: 6), right(0, of: 6)) == [])
  }

  /// A network of one scale decides by that scale's classifier.
  @Test func oneScaleNeedsNoFusion() throws {
    let folder = TemporaryFolder()
    try drawPatches(in: folder)
    var configuration = tinyTraining(folder, run: "one")
    configuration.inputSizes = [32]
    let result = try train(configuration)
    let model = try RecurrentAttentionCNN(contentsOf: result.modelPath)
    #expect(model.fusion == nil)
    let output = withoutTape { model(.full(0.3, [2, 3, 48, 48])) }
    #expect(output.probabilities.argmax() == output.views[0].logits.argmax())
    #expect(result.evaluation?.accuracy.keys.map { $0 } == ["1"])
  }
}
