/// Where the elements of an array lie in a file, and in which order.
struct ElementView {
  var type: ElementType
  var shape: [Int]
  /// Elements from one to the next along each axis; nil when they lie in row-major order.
  var strides: [Int]?
  /// The file's bytes from the array's first element on, to the end of what it may touch.
  var bytes: Range<Int>

  /// How many elements there are; shapes are checked before a view is made.
  var count: Int { shape.reduce(1, *) }

  init(type: ElementType, shape: [Int], strides: [Int]? = nil, bytes: Range<Int>) {
    self.type = type
    self.shape = shape
    self.strides = strides
    self.bytes = bytes
  }

  /// The elements as float32 values in row-major order; nil when the type cannot be converted.
  func floats(in file: UnsafeRawBufferPointer) -> [Float]? {
    let ordered = rowMajor(file)
    var isConverted = false
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      let result = UnsafeMutableBufferPointer(rebasing: buffer.prefix(count))
      isConverted = ordered.withBytes { type.convert($0, into: result) }
      filled = isConverted ? count : 0
    }
    return isConverted ? values : nil
  }

  /// Calls `body` with the elements' bytes in row-major order.
  func withOrderedBytes<Result>(
    in file: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    rowMajor(file).withBytes(body)
  }

  private enum Ordered {
    case inPlace(UnsafeRawBufferPointer)
    case copied([UInt8])

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
      switch self {
      case .inPlace(let bytes): body(bytes)
      case .copied(let bytes): bytes.withUnsafeBytes(body)
      }
    }
  }

  private func rowMajor(_ file: UnsafeRawBufferPointer) -> Ordered {
    let source = UnsafeRawBufferPointer(rebasing: file[bytes])
    guard let strides, let size = type.size, count > 0 else { return .inPlace(source) }
    var result = [UInt8](repeating: 0, count: count * size)
    result.withUnsafeMutableBytes { target in
      var index = [Int](repeating: 0, count: shape.count)
      var element = 0
      for place in 0..<count {
        // Raw memory checks its bounds in debug builds only, and these numbers are a file's.
        precondition(
          element >= 0 && element < source.count / size, "ElementView: outside of the file")
        let piece = UnsafeRawBufferPointer(rebasing: source[element * size..<(element + 1) * size])
        target[place * size..<(place + 1) * size].copyBytes(from: piece)
        for axis in shape.indices.reversed() {
          index[axis] += 1
          // The stride of an axis of size 1 may be anything; what wraps around here wraps back.
          element &+= strides[axis]
          if index[axis] < shape[axis] { break }
          element &-= shape[axis] &* strides[axis]
          index[axis] = 0
        }
      }
    }
    return .copied(result)
  }
}

/// A file that knows where the elements of its arrays lie.
protocol StoredElements: WeightSource {
  func elements(_ name: String) throws(WeightsError) -> ElementView
  /// Calls `body` with all of the file's bytes.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result
}
