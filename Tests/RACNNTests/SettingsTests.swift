import Files
import Foundation
import RACNN
import Testing

@Suite struct SettingsTests {
  let folder = TemporaryFolder()

  private func taking(_ text: String) throws -> TrainingConfiguration {
    let path = "\(folder.path)/settings.json"
    try AtomicFile.write(text, to: path)
    var configuration = TrainingConfiguration(dataset: "birds", output: "run")
    try configuration.take(settingsIn: path)
    return configuration
  }

  @Test func namedSettingsAreTakenAndOthersStay() throws {
    let usual = TrainingConfiguration(dataset: "birds", output: "run")
    let taken = try taking(
      """
      {"plan": {"rounds": 0, "classify": [3], "patience": 5}, "maskSharpness": null, "bodyRate": 0.5,
       "fusion": "attention", "boxGradient": "surrogate", "savesMemory": true,
       "proposal": "pooled", "schedule": "constant", "seed": 18446744073709551615}
      """)
    var expected = usual
    expected.plan.rounds = 0
    expected.plan.classify = [3]
    expected.plan.patience = 5
    expected.maskSharpness = nil
    expected.bodyRate = 0.5
    expected.fusion = .attention
    expected.boxGradient = .surrogate
    expected.savesMemory = true
    expected.proposal = .pooled
    expected.schedule = .constant
    expected.seed = .max
    #expect(taken == expected)
    #expect(try taking("{}") == usual)
  }

  /// One network that looks once is calibrated too, as the last thing.
  @Test func everyPlanEndsWithTheDecision() {
    let single = EpochPlan().stages(scales: 1, sharesBackbone: false)
    #expect(single.map(\.stage.phase) == [.heads, .classify, .fuse])
    #expect(single.last?.stage == Stage(.fuse, scales: [1]))
  }

  /// A run that was begun before zooms had stages for their classifiers goes on without them.
  @Test func aPlanKeepsItsStages() throws {
    let plan = EpochPlan()
    let zooms = plan.stages(scales: 3, sharesBackbone: false).map(\.stage)
    #expect(zooms.filter { $0.phase == .heads }.map(\.scales) == [[1], [2], [3]])
    let text = String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)
    let older = text.replacingOccurrences(of: "\"zoomHeads\":1,", with: "")
      .replacingOccurrences(of: ",\"zoomHeads\":1", with: "")
    #expect(older != text)
    let read = try JSONDecoder().decode(EpochPlan.self, from: Data(older.utf8))
    #expect(
      read.stages(scales: 3, sharesBackbone: false).map(\.stage)
        == zooms.filter { $0.phase != .heads || $0.scales == [1] })
  }

  @Test(arguments: [
    ("{\"plan\": {\"round\": 0}}", "plan.round"), ("{\"batchSize\": \"many\"}", "batchSize"),
    ("{\"lernRate\": 1}", "lernRate"), ("[1]", "JSON object"), ("{", "JSON object"),
    ("{\"backbone\": \"vgg99\"}", "backbone"),
  ]) func wrongSettingsAreNamed(_ text: String, _ name: String) throws {
    let error = #expect(throws: RACNNError.self) { _ = try taking(text) }
    #expect(error.map { "\($0)".contains(name) } == true, "\(error.map { "\($0)" } ?? "")")
  }
}
