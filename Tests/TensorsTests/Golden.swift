import Foundation
import Tensors
import Testing

/// Golden cases of one fixture of Tests/ReferenceImplementations/operators.py.
struct Golden {
  /// One case: what goes in, and what PyTorch makes of it.
  struct Case {
    let name: String
    let attributes: [String: [Double]]
    var inputs: [Tensor] = []
    var gradients: [Tensor] = []
    var output: Tensor?
    var pattern: Tensor?

    /// The one number of an attribute.
    func int(_ name: String) -> Int { Int(attributes[name]?.first ?? .nan) }
    func float(_ name: String) -> Float { Float(attributes[name]?.first ?? .nan) }
    func ints(_ name: String) -> [Int] { (attributes[name] ?? []).map { Int($0) } }
  }

  private let cases: [Case]

  init(_ fixture: String) throws {
    let arrays = try Fixture(fixture)
    let text = try #require(arrays.metadata["attributes"])
    let attributes = try JSONDecoder().decode(
      [String: [String: [Double]]].self, from: Data(text.utf8))
    cases = attributes.map { name, attributes in
      func list(_ kind: String) -> [Tensor] {
        var list: [Tensor] = []
        while let tensor = arrays.tensors["\(name)/\(kind).\(list.count)"] { list.append(tensor) }
        return list
      }
      return Case(
        name: name, attributes: attributes, inputs: list("input"), gradients: list("gradient"),
        output: arrays.tensors["\(name)/output"], pattern: arrays.tensors["\(name)/pattern"])
    }.sorted { $0.name < $1.name }
  }

  /// Checks an operator's output and gradients in each of its cases, with the kernels in use and
  /// with the reference.
  func check(
    _ name: String, tolerance: Float = 2e-5, location: SourceLocation = #_sourceLocation,
    _ function: ([Tensor], Case) -> Tensor
  ) {
    let chosen = cases.filter { $0.name.hasPrefix(name + ".") }
    #expect(!chosen.isEmpty, "no case of \(name)", sourceLocation: location)
    for example in chosen {
      run(example, "", tolerance, location, function)
      Kernels.withReference { run(example, ", reference", tolerance, location, function) }
    }
  }

  private func run(
    _ example: Case, _ kernels: String, _ tolerance: Float, _ location: SourceLocation,
    _ function: ([Tensor], Case) -> Tensor
  ) {
    let label = "\(example.name)\(kernels) \(example.attributes)"
    let inputs = example.inputs.map { $0.variable() }
    let output = function(inputs, example)
    expectClose(output, example.output, tolerance, label, location)
    guard let pattern = example.pattern, output.shape == pattern.shape else { return }
    let found = gradients(of: (output * pattern).sum(), for: inputs)
    for (index, (gradient, expected)) in zip(found, example.gradients).enumerated() {
      expectClose(gradient, expected, tolerance, "\(label), gradient \(index)", location)
    }
    #expect(found.count == example.gradients.count, "\(label)", sourceLocation: location)
    // Without a tape, or with one input frozen, other paths are taken: to the same values.
    withoutTape {
      expectClose(
        function(example.inputs, example), example.output, tolerance, "\(label), no tape", location)
    }
    for index in inputs.indices where inputs.count > 1 {
      var partly = example.inputs
      partly[index] = partly[index].variable()
      let found = gradients(of: (function(partly, example) * pattern).sum(), for: [partly[index]])
      expectClose(
        found[0], example.gradients[index], tolerance, "\(label), only gradient \(index)", location)
    }
  }
}

/// Expects every element to be within a share of the largest one.
func expectClose(
  _ found: Tensor?, _ expected: Tensor?, _ tolerance: Float, _ label: String,
  _ location: SourceLocation = #_sourceLocation
) {
  guard let found, let expected else {
    Issue.record("\(label): nothing to compare", sourceLocation: location)
    return
  }
  #expect(found.shape == expected.shape, "\(label)", sourceLocation: location)
  guard found.shape == expected.shape else { return }
  let (left, right) = (found.values, expected.values)
  let limit = tolerance * max(1e-3, right.map(abs).max() ?? 0)
  // Not `>`: a NaN is an error.
  let wrong = left.indices.filter { !(abs(left[$0] - right[$0]) <= limit) }
  if let first = wrong.first {
    Issue.record(
      """
      \(label): \(wrong.count) of \(left.count) are off by more than \(limit), first at \(first): \
      \(left[first]) instead of \(right[first])
      """, sourceLocation: location)
  }
}

/// The arrays of a safetensors file of float32.
private struct Fixture {
  var metadata: [String: String] = [:]
  var tensors: [String: Tensor] = [:]

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let bytes = try Data(contentsOf: folder.appending(path: "Fixtures/\(name).safetensors"))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: [String: Any]])
    for (name, entry) in header {
      if name == "__metadata__" {
        metadata = entry as? [String: String] ?? [:]
        continue
      }
      let shape = try #require(entry["shape"] as? [Int])
      let range = try #require(entry["data_offsets"] as? [Int])
      let values = bytes[8 + length + range[0]..<8 + length + range[1]].withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      tensors[name] = Tensor(values, shape: Shape(shape))
    }
  }
}
