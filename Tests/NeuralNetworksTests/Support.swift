import Foundation
import NeuralNetworks
import Tensors
import Testing

/// A fixture made by Tests/ReferenceImplementations/layers.py.
func fixture(_ name: String) throws -> SafetensorsFile {
  let folder = URL(filePath: #filePath).deletingLastPathComponent()
  return try SafetensorsFile(
    contentsOf: folder.appending(path: "Fixtures/\(name).safetensors").path)
}

func tensor(_ file: SafetensorsFile, _ name: String) throws -> Tensor {
  let array = try file.array(name)
  return Tensor(array.values, shape: Shape(array.shape))
}

/// Expects every element to be within a share of the largest one.
func expectClose(
  _ found: Tensor?, _ expected: Tensor, _ label: String, tolerance: Float = 5e-5,
  location: SourceLocation = #_sourceLocation
) {
  guard let found, found.shape == expected.shape else {
    Issue.record(
      "\(label): \(found.map { "\($0.shape)" } ?? "nothing") instead of \(expected.shape)",
      sourceLocation: location)
    return
  }
  let (left, right) = (found.values, expected.values)
  let limit = tolerance * max(1e-3, right.map(abs).max() ?? 0)
  // Not `>`: a NaN is an error.
  if let first = left.indices.first(where: { !(abs(left[$0] - right[$0]) <= limit) }) {
    Issue.record(
      "\(label): \(left[first]) instead of \(right[first]) at \(first), limit \(limit)",
      sourceLocation: location)
  }
}
