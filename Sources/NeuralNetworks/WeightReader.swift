internal import Files
internal import Tensors

/// An array that is still to be read, of which all that could be wrong has been checked.
struct WeightReader {
  let shape: [Int]
  let tensor: () -> Tensor
}

extension WeightSource {
  /// - Parameter lending: whether the tensor may stay in the file's memory.
  func reader(_ name: String, lending: Bool) throws(WeightsError) -> WeightReader {
    if let file = self as? SafetensorsFile, let reader = try file.floats(name, lending) {
      return reader
    }
    let array = try array(name)
    return WeightReader(shape: array.shape) {
      Tensor(array.values, shape: Shape(array.shape))
    }
  }
}

extension SafetensorsFile {
  /// Lends or copies an array; nil where it must be converted.
  fileprivate func floats(_ name: String, _ lending: Bool) throws(WeightsError) -> WeightReader? {
    let elements = try elements(name)
    let (file, shape) = (file, Shape(elements.shape))
    // The bytes live as long as what was lent of them.
    let start = file.withBytes { $0.baseAddress.map { $0 + elements.bytes.lowerBound } }
    if elements.type == .float16, lending, elements.count > 0, let start,
      Int(bitPattern: start) % MemoryLayout<UInt16>.alignment == 0
    {
      return WeightReader(shape: elements.shape) {
        Tensor(halves: start.assumingMemoryBound(to: UInt16.self), shape: shape, by: file)
      }
    }
    guard elements.type == .float32, elements.count > 0, let start,
      Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
    else { return nil }
    return WeightReader(shape: elements.shape) {
      let floats = start.assumingMemoryBound(to: Float.self)
      if lending {
        return Tensor(lent: floats, shape: shape, by: FilePart(file, elements.bytes))
      }
      return withExtendedLifetime(file) {
        Tensor(shape) { $0.baseAddress?.initialize(from: floats, count: shape.count) }
      }
    }
  }
}

/// The bytes of an array in a file's memory.
private final class FilePart: Lender {
  private let file: FileBytes
  private let range: Range<Int>
  private var checksum = ""

  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    self.range = range
  }

  func giveUp() -> Bool {
    checksum = computedChecksum()
    file.giveUp(range)
    return true
  }

  func readAgain() -> Bool { file.readAgain(range) && computedChecksum() == checksum }

  private func computedChecksum() -> String {
    file.withBytes { SHA256.hex(of: UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
