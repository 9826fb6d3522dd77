import Files
import Foundation
import NeuralNetworks
import Testing

private let corpora = WeightFiles.shared + "/corpora"

/// Files of other people's test suites, with the verdicts of the libraries they belong to.
@Suite(.enabled(if: WeightFiles.exists(corpora))) struct WeightCorpusTests {
  @Test(arguments: ["safetensors", "pytorch"]) func verdicts(_ format: String) throws {
    let rows = try WeightFiles.table("\(corpora)/\(format)/expected.tsv")
    #expect(rows.count > 40)
    var verdicts: [String: (tensors: Int, hash: String)] = [:]
    for row in rows {
      let file = try #require(row["file"])
      let path = "\(corpora)/\(format)/\(file)"
      if row["verdict"] == "ok" {
        let (tensors, hash) = try WeightProbe.probe(path)
        // One file is listed twice with different counts: the later one was written over it.
        if let count = Int(row["tensors"] ?? ""), file != "pth-burn-key_remap.pt" {
          #expect(tensors == count, "\(file)")
        }
        verdicts["\(format)/\(file)"] = (tensors, hash)
        let source = try WeightFile.open(path)
        for name in source.names.prefix(100) { _ = try source.array(name) }
      } else {
        let error = #expect(throws: WeightsError.self, "\(file)") { try WeightProbe.probe(path) }
        #expect(error?.description.contains(file) == true)
        #expect(error?.description.contains("\n") == false)
      }
    }
    // Counts and hashes by PyTorch and safetensors themselves: ReferenceImplementations.
    let fixture = WeightFiles.package + "/Tests/NeuralNetworksTests/Fixtures/probes.tsv"
    let golden = try FileReader.text(fixture).split(separator: "\n").map {
      $0.split(separator: "\t")
    }
    var compared = 0
    for line in golden where line[0].hasPrefix(format) {
      let found = try #require(verdicts[String(line[0])], "\(line[0])")
      #expect("\(found.tensors)" == line[1], "\(line[0])")
      #expect(found.hash == line[2], "\(line[0])")
      compared += 1
    }
    #expect(compared == verdicts.count)
  }

  @Test func valuesAreThoseOfPyTorch() throws {
    let fortran = try PyTorchFile(contentsOf: corpora + "/pytorch/pth-candle-fortran_tensor_3d.pth")
    let tensor = try fortran.array("tensor_fortran")
    #expect(tensor.shape == [2, 3, 4])
    #expect(
      tensor.values == [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
      ])
    let half = try PyTorchFile(contentsOf: corpora + "/pytorch/pth-burn-float16.pt").array("tensor")
    #expect(half.values == [1.5, -2.25, 3.125])
    let brain = try PyTorchFile(contentsOf: corpora + "/pytorch/pth-burn-bfloat16.pt").array(
      "tensor")
    #expect(brain.values == [1.5, -2.5, 3.5])
    let views = try PyTorchFile(contentsOf: corpora + "/pytorch/pth-burn-legacy_uncloned_views.pt")
    #expect(try views.array("tensor1").values == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    #expect(try views.array("tensor2").values == [50, 51, 52, 53, 54, 55, 56, 57, 58, 59])
  }

  /// Damaged in any place, a file gives an error or other values, never a crash.
  @Test(arguments: [
    "pytorch/pth-burn-complex_structure.pt", "pytorch/pth-burn-legacy_uncloned_views.pt",
    "pytorch/pth-candle-fortran_tensor_3d.pth", "safetensors/base_1.safetensors",
  ]) func damageIsHarmless(_ file: String) throws {
    let bytes = try FileReader.bytes("\(corpora)/\(file)")
    var errors = 0
    try WeightFiles.withFolder { folder in
      let path = folder + "/damaged"
      func read(_ damaged: [UInt8]) throws {
        try Data(damaged).write(to: URL(filePath: path))
        do {
          let source = try WeightFile.open(path)
          for name in source.names { _ = try source.array(name) }
          _ = try WeightProbe.probe(path)
        } catch {
          errors += 1
        }
      }
      for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 400)) {
        for value: UInt8 in [0, 0xff, bytes[place] ^ 1] {
          var damaged = bytes
          damaged[place] = value
          try read(damaged)
        }
        try read(Array(bytes.prefix(place)))
      }
    }
    #expect(errors > 400)
  }
}
