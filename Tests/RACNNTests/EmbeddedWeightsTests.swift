import Files
import Foundation
import NeuralNetworks
import RACNN
import Testing

@Suite struct EmbeddedWeightsTests {
  @Test func liesBesideTheExecutable() throws {
    let path = try EmbeddedWeights.path(for: "tf_efficientnet_lite0")
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.names.count == 247)
    #expect(file.metadata["architecture"] == "tf_efficientnet_lite0")
    #expect(try file.strings("class_names")?.count == 1000)
    #expect(try file.array("classifier.weight").shape == [1000, 1280])
    try file.verifyChecksum()
    #expect(EmbeddedWeights.find("tf_efficientnet_lite0") == path)
  }

  @Test func unknownOnesSayWhereTheyBelong() {
    #expect(EmbeddedWeights.find("no_such_network") == nil)
    let error = #expect(throws: WeightsError.self) {
      try EmbeddedWeights.path(for: "no_such_network")
    }
    #expect(error?.description.contains("RACNN_MODELS") == true)
    #expect(error?.description.contains("racnn_RACNN.resources") == true)
  }
}
