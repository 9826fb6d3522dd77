internal import Files
internal import Tensors

/// An array that is still to be read, of which all that could be wrong has been checked.
struct WeightReader {
  let shape: [Int]
  /// The name of another array of the file that is a part of this one.
  var companion: String?
  let tensor: () -> Tensor
}

extension WeightSource {
  /// - Parameter lending: whether the tensor may stay in the file's memory.
  func reader(_ name: String, lending: Bool) throws(WeightsError) -> WeightReader {
    if let file = self as? SafetensorsFile {
      if let reader = try file.quantized(name, lending) { return reader }
      if let reader = try file.floats(name, lending) { return reader }
    }
    let array = try array(name)
    return WeightReader(shape: array.shape) {
      Tensor(array.values, shape: Shape(array.shape))
    }
  }
}

extension SafetensorsFile {
  /// Lends or converts a matrix of whole numbers with scales; nil where it is none.
  fileprivate func quantized(_ name: String, _ lending: Bool) throws(WeightsError) -> WeightReader?
  {
    let (elements, scaleName) = (try elements(name), QuantizedMatrix.scaleName(name))
    guard elements.type == .int8, elements.shape.count == 2, entries[scaleName] != nil else {
      return nil
    }
    let (scales, rows, columns) = (try array(scaleName), elements.shape[0], elements.shape[1])
    guard scales.shape == [rows] else {
      throw .mismatchedShape(path: path, name: scaleName, found: scales.shape, expected: [rows])
    }
    return WeightReader(shape: elements.shape, companion: scaleName) { [file] in
      // The bytes live as long as what was lent of them.
      guard let base = file.withBytes({ $0.baseAddress }), elements.count > 0 else {
        return .zeros(Shape(elements.shape))
      }
      let start = (base + elements.bytes.lowerBound).assumingMemoryBound(to: Int8.self)
      let matrix = Tensor(
        QuantizedRows(start, scales: scales.values, lender: file), columns: columns)
      return lending ? matrix : Tensor(matrix.values, shape: matrix.shape)
    }
  }

  /// Lends or copies an array; nil where it must be converted.
  fileprivate func floats(_ name: String, _ lending: Bool) throws(WeightsError) -> WeightReader? {
    let elements = try elements(name)
    let (file, shape) = (file, Shape(elements.shape))
    // The bytes live as long as what was lent of them.
    let start = file.withBytes { $0.baseAddress.map { $0 + elements.bytes.lowerBound } }
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
