import Foundation
import ImageDatasets
import RACNN
import Testing

/// The main job in miniature, as a user goes through it.
@Suite struct MainJobTests {
  private static let small = [
    "--epochs", "1", "--input-size", "32", "--source-size", "64", "--batch-size", "4",
    "--threads", "1",
  ]

  /// A folder with the data set `birds`: 2 pictures a species to learn from, 1 to test with.
  private func folderWithBirds() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let outcome = try CommandRunner.run(
      ["fieldguide", "birds", "--train-per-class", "2", "--test-per-class", "1", "--size", "64"],
      in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return folder
  }

  @Test func trainsEvaluatesAndClassifies() throws {
    let folder = try folderWithBirds()
    let training = try CommandRunner.run(["train", "birds"] + Self.small, in: folder)
    try #require(training.code == 0, "\(training.errors)")
    let run = "runs/birds-1"
    for name in [
      "config.json", "metrics.csv", "metrics.jsonl", "model.safetensors", "report.html",
      "checkpoints",
    ] {
      #expect(folder.holds("\(run)/\(name)"), "\(name)")
    }
    for scales in ["1", "2", "3", "1+2", "1+2+3"] {
      #expect(training.lines.contains { $0.hasPrefix("\(scales) ") && $0.contains(" of 8 ") })
    }
    #expect(training.lines.contains { $0.contains("classify, scale 2, epoch 1/1, loss ") })

    let again = try CommandRunner.run(
      ["train", "birds", "--output", run] + Self.small, in: folder)
    #expect(again.code == 1 && again.errors.contains("there is a run already"))

    try checkReport(run, in: folder)
    try checkEvaluation(run, in: folder)
    try checkControls(run, in: folder)
    try checkShownCommand(training, run: run, in: folder)
  }

  /// Where each seed has a test split of its own, one has learned what another is tested with.
  @Test func warnsOfLearnedPhotos() throws {
    let folder = try folderWithBirds()
    for seed in ["1", "2"] {
      let training = try CommandRunner.run(
        ["train", "birds/images", "--scales", "1", "--seed", seed, "--output", "run\(seed)"]
          + Self.small, in: folder)
      try #require(training.code == 0, "\(training.errors)")
    }
    let words = ["evaluate", "run1", "birds/images", "--also"]
    let outcome = try CommandRunner.run(words + ["run2"], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let run = try Run(contentsOf: folder.path + "/run1")
    let other = try Run(contentsOf: folder.path + "/run2")
    let learned = Set(other.manifest.files.filter { $0.key != "test" }.flatMap(\.value))
    let tested = try #require(run.manifest.files["test"])
    let count = tested.count { learned.contains($0) }
    #expect(count > 0)
    #expect(
      outcome.errors.hasPrefix(
        "racnn: warning: run2 has learned \(count) of these \(tested.count) photos"),
      "\(outcome.errors)")
    let same = try CommandRunner.run(words + ["run1"], in: folder)
    #expect(same.code == 0 && !same.errors.contains("has learned"))
  }

  /// A program without the weights that come with it does not train for nothing.
  @Test func refusesToTrainWithoutItsWeights() throws {
    let folder = try folderWithBirds()
    let moved = URL(fileURLWithPath: folder.path + "/racnn")
    try FileManager.default.copyItem(at: CommandRunner.executable, to: moved)
    let refused = try CommandRunner.run(
      ["train", "birds"] + Self.small, in: folder, executable: moved)
    #expect(refused.code == 1 && refused.errors.contains("set RACNN_MODELS to the folder"))
    #expect(!folder.holds("runs/birds-1"))
  }

  /// Attention in place of the paper's layers, and a transformer as backbone, go the same way.
  @Test(arguments: [
    ["--apn", "attention", "--fusion", "attention"], ["--backbone", "vit_tiny_patch16_224"],
  ])
  func trainsWithAttention(_ options: [String]) throws {
    let folder = try folderWithBirds()
    let training = try CommandRunner.run(["train", "birds"] + options + Self.small, in: folder)
    try #require(training.code == 0, "\(training.errors)")
    #expect(training.lines.contains { $0.hasPrefix("1+2+3 ") && $0.contains(" of 8 ") })
    try checkEvaluation("runs/birds-1", in: folder)
    try checkShownCommand(training, run: "runs/birds-1", in: folder)
  }

  @Test func aTransformerNeedsWholePatches() throws {
    let folder = try folderWithBirds()
    let training = try CommandRunner.run(
      ["train", "birds", "--backbone", "vit_tiny_patch16_224", "--input-size", "40"], in: folder)
    #expect(training.code == 1 && training.errors.contains("give a multiple of 16"))
  }

  /// The page needs nothing beside it.
  private func checkReport(_ run: String, in folder: TemporaryFolder) throws {
    let page = try folder.text("\(run)/report.html")
    let evaluation = try JSONDecoder().decode(
      Evaluation.self, from: Data(try folder.bytes("\(run)/evaluation.json")))
    let mistakes = try #require(evaluation.mistakes)
    #expect(mistakes.count == 8 - (evaluation.correct["1+2+3"] ?? 0))
    #expect(mistakes.allSatisfy { $0.className != $0.answer && (0...1).contains($0.probability) })
    #expect(mistakes.map(\.probability) == mistakes.map(\.probability).sorted(by: >))
    let calibration = try #require(evaluation.calibration)
    #expect(calibration.bins.map(\.count).reduce(0, +) == 8)
    #expect(calibration.accuracy == evaluation.accuracy["1+2+3"])
    #expect(page.contains("How often answers of a probability are right"))
    // Eight examples, the mistakes, and the worst boxes: of eight test photos all, as at most ten
    // are shown.
    let pictures = page.components(separatedBy: "src=\"data:image/jpeg;base64,").count - 1
    #expect(pictures == 8 + mistakes.count + 8)
    #expect(page.contains("Surest mistakes") == !mistakes.isEmpty)
    #expect(page.contains("Where it looks least at the subject"))
    #expect(page.contains("Accuracy by how large the subject is"))
    #expect(page.contains("<svg") && page.contains("Confusion matrix"))
    // A picture's letters can be any.
    let text = page.replacing(/base64,[A-Za-z0-9+\/=]*/, with: "")
    #expect(!text.contains("<script") && !text.contains("http") && !text.contains("src=\"/"))
  }

  private func checkEvaluation(_ run: String, in folder: TemporaryFolder) throws {
    let outcome = try CommandRunner.run(["evaluate", run, "birds", "--json"], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    #expect(
      Set(evaluation.accuracy.keys)
        == ["1", "2", "3", "1+2", "1+2+3", "mean", "logits", "fusion"])
    #expect(evaluation.accuracy.values.allSatisfy { (0...1).contains($0) })
    #expect(evaluation.count == 8 && evaluation.boxes?.map(\.scale) == [2, 3])
    let first = try JSONDecoder().decode(
      Evaluation.self, from: Data(try folder.bytes("\(run)/evaluation.json")))
    #expect(first.correct == evaluation.correct)
  }

  /// Controls go into the run's report; what they and other models come to is told.
  private func checkControls(_ run: String, in folder: TemporaryFolder) throws {
    let page = try folder.text("\(run)/report.html")
    let words = ["evaluate", run, "birds", "--controls", "--also", run]
    let outcome = try CommandRunner.run(words + ["--json"], in: folder)
    try #require(outcome.code == 0, "\(outcome.errors)")
    let evaluation = try JSONDecoder().decode(Evaluation.self, from: Data(outcome.output.utf8))
    #expect(evaluation.controls?.map(\.control) == Control.allCases)
    #expect(evaluation.comparison?.members.count == 2)
    #expect(evaluation.comparison?.groups.map(\.count) == [2])
    #expect(evaluation.quartiles?.map(\.count) == [2, 2, 2, 2])
    let worst = try #require(evaluation.worstBoxes).map(\.onSubject)
    #expect(worst.count == 8 && worst == worst.sorted())
    let costs = try #require(evaluation.multiplyAccumulates)
    #expect(costs.count == 3 && costs == costs.sorted())
    let heading = "by boxes, %, with 95 % intervals"
    #expect(!page.contains(heading))
    let newPage = try folder.text("\(run)/report.html")
    #expect(newPage.contains("Accuracy of scale 2 \(heading)"))
    #expect(newPage.contains("Accuracy of the decision \(heading)"))
    #expect(newPage.contains("than \(Control.initial.rawValue)"))
    let text = try CommandRunner.run(words, in: folder)
    #expect(text.output.contains("learned boxes are better by, points:"))
    #expect(text.output.contains("2 models at 32/32/32, mean"))
    // A training that is gone on with when all is done takes nothing of that away.
    let again = try CommandRunner.run(["train", "--resume", run], in: folder)
    try #require(again.code == 0, "\(again.errors)")
    let kept = try JSONDecoder().decode(
      Evaluation.self, from: Data(try folder.bytes("\(run)/evaluation.json")))
    #expect(kept.controls == evaluation.controls && kept.comparison != nil)
  }

  /// The command that training ends with works, word for word.
  private func checkShownCommand(
    _ training: CommandRunner.Outcome, run: String, in folder: TemporaryFolder
  ) throws {
    let command = try #require(training.lines.last).trimmingCharacters(in: .whitespaces)
    let words = command.split(separator: " ").map(String.init)
    #expect(words.first == CommandRunner.executable.path && words.contains("--show-crops"))
    let photo = try #require(words.dropFirst(2).first)
    let outcome = try CommandRunner.run(Array(words.dropFirst()), in: folder)
    #expect(outcome.code == 0 && outcome.errors == "")
    #expect(outcome.lines.first == "\(photo): 64 x 64")
    #expect(outcome.lines.count { $0.hasPrefix("  scale ") } == 3)
    // The folder of photos stays as it is, so that the run can still be scored on it.
    let name = try #require(photo.split(separator: "/").last).dropLast(".jpg".count)
    let sheet = "\(run)/\(name)-crops.png"
    #expect(try folder.bytes(sheet).starts(with: [0x89] + Array("PNG".utf8)))
    try FileManager.default.removeItem(atPath: folder.path + "/" + sheet)
  }

  /// Photos that the model's run does not know, one of which cannot be read, in a folder with runs in it.
  @Test func otherPhotosAreScored() throws {
    let folder = try folderWithBirds()
    let training = try CommandRunner.run(
      ["train", "birds/images", "--scales", "1", "--output", "birds/images/run"] + Self.small,
      in: folder)
    try #require(training.code == 0, "\(training.errors)")
    let others = folder.path + "/others"
    try FileManager.default.createDirectory(atPath: others, withIntermediateDirectories: true)
    let images = folder.path + "/birds/images"
    for name in try FileManager.default.contentsOfDirectory(atPath: images) where name != "run" {
      try FileManager.default.copyItem(atPath: "\(images)/\(name)", toPath: "\(others)/\(name)")
      try folder.write([], to: "others/\(name)/empty.jpg")
    }
    let outcome = try CommandRunner.run(["evaluate", "birds/images/run", "others"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("empty.jpg: it is empty; copy or download it again"))
    #expect(outcome.output.contains("accuracy on the test split, 8 photos:"))

    // In its own folder they are left out, for its splits hold there.
    let words = ["evaluate", "birds/images/run", "birds/images"]
    let before = try CommandRunner.run(words, in: folder)
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: others).min())
    try folder.write([], to: "birds/images/\(name)/empty.jpg")
    let after = try CommandRunner.run(words, in: folder)
    #expect(before.code == 0 && after.code == 0 && after.output == before.output)
    #expect(before.errors == "" && after.errors.contains("left out (\(name)/empty.jpg)"))
  }

  /// The end of its terminal, and an output that takes nothing, leave a run that can be gone on with.
  @Test func whatEndsATrainingSaysHowToGoOn() throws {
    let folder = try folderWithBirds()
    let running = try CommandRunner.start(
      ["train", "birds", "--output", "left"] + Self.small, in: folder)
    while running.process.isRunning, !running.outputSoFar.contains("scale 1, epoch 1/1") {
      usleep(10_000)
    }
    kill(running.process.processIdentifier, SIGHUP)
    let left = try running.finish()
    #expect(left.code == 128 + SIGHUP && left.errors.contains("train --resume left"))
    #expect(folder.holds("left/checkpoints/last.safetensors"))

    let unseen = try CommandRunner.run(
      ["train", "birds", "--output", "unseen"] + Self.small, in: folder, output: "/dev/full")
    #expect(unseen.code == 1 && unseen.errors.contains("cannot write standard output"))
    #expect(unseen.errors.contains("train --resume unseen"))
  }

  @Test func anInterruptedRunEndsAsIfItHadNotBeen() throws {
    let folder = try folderWithBirds()
    let whole = try CommandRunner.run(
      ["train", "birds", "--output", "whole"] + Self.small, in: folder)
    try #require(whole.code == 0, "\(whole.errors)")

    let running = try CommandRunner.start(
      ["train", "birds", "--output", "a part"] + Self.small, in: folder)
    while running.process.isRunning, !running.outputSoFar.contains("scale 2, epoch 1/1") {
      usleep(10_000)
    }
    running.process.interrupt()
    let stopped = try running.finish()
    try #require(stopped.code == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("train --resume 'a part'"))
    #expect(!folder.holds("a part/model.safetensors"))

    let early = try CommandRunner.run(["evaluate", "a part", "birds"], in: folder)
    #expect(early.code == 1 && early.errors.contains("its training is not finished"))

    // The photos may move meanwhile.
    try FileManager.default.moveItem(
      atPath: folder.path + "/birds", toPath: folder.path + "/moved")
    let lost = try CommandRunner.run(["train", "--resume", "a part"], in: folder)
    #expect(lost.code == 1 && lost.errors.contains("there are no photos at birds"))
    let resumed = try CommandRunner.run(["train", "moved", "--resume", "a part"], in: folder)
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(try Run.configuration(in: folder.path + "/a part").dataset == "moved")
    #expect(
      try folder.bytes("a part/model.safetensors") == folder.bytes("whole/model.safetensors"))
  }
}
