import Images
import RACNN
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A folder that is removed at the end.
final class TemporaryFolder {
  let path: String

  init() {
    path = "/tmp/racnn-tests-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    mkdir(path, 0o755)
  }

  deinit { remove(path) }

  private func remove(_ path: String) {
    if let folder = opendir(path) {
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != "." && name != ".." { remove("\(path)/\(name)") }
      }
      closedir(folder)
      rmdir(path)
    } else {
      unlink(path)
    }
  }

  /// The names in a folder.
  func names(_ subfolder: String) -> Set<String> {
    guard let folder = opendir("\(path)/\(subfolder)") else { return [] }
    defer { closedir(folder) }
    var names: Set<String> = []
    while let entry = readdir(folder) {
      names.insert(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.subtracting([".", ".."])
  }
}

/// Draws pictures of two classes, a red or a blue patch at any place, into class folders.
func drawPatches(in folder: TemporaryFolder, perClass: Int = 12) throws {
  var seed: UInt64 = 11
  func random(_ count: Int) -> Int {
    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(seed >> 33) % count
  }
  mkdir("\(folder.path)/data", 0o755)
  for (name, color) in [("blue", [30, 40, 220]), ("red", [220, 40, 30])] {
    mkdir("\(folder.path)/data/\(name)", 0o755)
    for index in 0..<perClass {
      let (width, height) = (40 + random(20), 40 + random(20))
      var pixels = (0..<3 * width * height).map { _ in UInt8(90 + random(60)) }
      let (left, top) = (random(width - 16), random(height - 16))
      for y in top..<top + 16 {
        for x in left..<left + 16 {
          for channel in 0..<3 { pixels[3 * (y * width + x) + channel] = UInt8(color[channel]) }
        }
      }
      let data = try Image(width: width, height: height, pixels: pixels).pngData()
      let path = "\(folder.path)/data/\(name)/\(index).png"
      let file = fopen(path, "wb")
      fwrite(data, 1, data.count, file)
      fclose(file)
    }
  }
}

/// A training of a few seconds on those.
func tinyTraining(_ folder: TemporaryFolder, run: String) -> TrainingConfiguration {
  var configuration = TrainingConfiguration(
    dataset: "\(folder.path)/data", output: "\(folder.path)/\(run)")
  configuration.backbone = .resnet18
  configuration.inputSizes = [32, 32, 32]
  configuration.sourceSize = 48
  configuration.batchSize = 4
  configuration.proposalWidth = 8
  configuration.bodyRate = 3e-3
  configuration.headRate = 1e-2
  configuration.computeThreads = 1
  configuration.validationFraction = 0.45
  configuration.plan.classify = [2, 1, 1]
  configuration.plan.stepsToLearn = nil
  configuration.plan.propose = 1
  configuration.plan.alternateClassifiers = 1
  configuration.plan.alternateProposals = 1
  configuration.plan.rounds = 1
  return configuration
}
