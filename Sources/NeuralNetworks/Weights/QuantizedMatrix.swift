/// A matrix each of whose rows is whole numbers from -127 to 127 times a scale of its own.
///
/// A file holds the numbers as I8 under the matrix's name, and the scales as F32 under that name with
/// `_scale` at its end, one a row.
struct QuantizedMatrix {
  /// Row-major.
  let values: [Int8]
  /// By row.
  let scales: [Float]

  /// Rounds each value to the nearest; nil for what is no matrix or has values that are not finite.
  init?(_ array: WeightArray) {
    guard array.shape.count == 2, array.values.allSatisfy(\.isFinite) else { return nil }
    let (rows, columns) = (array.shape[0], array.shape[1])
    scales = (0..<rows).map { row in
      let values = array.values[row * columns..<(row + 1) * columns]
      return Self.scale(upTo: values.reduce(0) { max($0, $1.magnitude) })
    }
    var result = [Int8](repeating: 0, count: array.values.count)
    for row in 0..<rows where scales[row] > 0 {
      for place in row * columns..<(row + 1) * columns {
        result[place] = Int8((array.values[place] / scales[row]).rounded(.toNearestOrEven))
      }
    }
    values = result
  }

  /// The scale by which 127 is at least `greatest`. It is rounded up to 16 bits, so that products with
  /// whole numbers are exact, and what was read from a file is written as it was.
  private static func scale(upTo greatest: Float) -> Float {
    let lowBits: UInt32 = 0xff
    return Float(bitPattern: ((greatest / 127).bitPattern + lowBits) & ~lowBits)
  }

  /// The name of the scales in a file.
  static func scaleName(_ name: String) -> String { name + "_scale" }
}
