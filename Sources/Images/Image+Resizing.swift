extension Image {
  /// The picture at another size, by antialiased bilinear interpolation.
  ///
  /// Each target sample is the mean of the source samples around it, weighted by a triangle as wide
  /// as two target pixels (two source pixels where the picture grows). Every sample equals that of
  /// Pillow's `resize` with `BILINEAR`: first the rows, then the columns, in 22-bit fixed-point
  /// arithmetic, rounded to 8 bits after each.
  ///
  /// - Parameters:
  ///   - width: Pixels a row of the result, above 0.
  ///   - height: Rows of the result, above 0.
  public func resized(width: Int, height: Int) -> Image {
    precondition(width > 0 && height > 0, "Image.resized: \(width) x \(height) has no pixels")
    if width == self.width && height == self.height { return self }
    let columns = ResamplingWeights(from: self.height, to: height)
    // Pillow 13's order: columns first where that saves much. The order shows, by the rounding
    // between the passes.
    let (lostRows, lostColumns) = (self.height - height, self.width - width)
    if lostRows > 0 && lostRows > 2 * lostColumns {
      return resampledColumns(columns, height: height, offset: 0)
        .resampledRows(width: width, rows: 0..<height)
    }
    // Only the rows that the second pass reads are resampled by the first.
    let rows = height == self.height ? 0..<height : columns.sourceRange
    return resampledRows(width: width, rows: rows)
      .resampledColumns(columns, height: height, offset: rows.lowerBound)
  }

  private func resampledRows(width newWidth: Int, rows: Range<Int>) -> Image {
    if newWidth == width && rows == 0..<height { return self }
    let weights = ResamplingWeights(from: width, to: newWidth)
    let count = 3 * newWidth * rows.count
    let samples = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        weights.withTables { windows, table in
          guard var to = target.baseAddress, let start = source.baseAddress else { return }
          for y in rows {
            let row = start + 3 * width * y
            for window in windows {
              var from = row + 3 * window.start
              var sum = SIMD4<Int32>(repeating: ResamplingWeights.half)
              for k in window.offset..<window.offset &+ window.count {
                let pixel = SIMD4(Int32(from[0]), Int32(from[1]), Int32(from[2]), 0)
                sum &+= pixel &* SIMD4(repeating: table[k])
                from += 3
              }
              // The weights are not negative and their sum is 1, so that nothing needs clipping,
              // except where their rounding adds up.
              let rounded = (sum &>> ResamplingWeights.bits).clamped(
                lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255))
              to[0] = UInt8(truncatingIfNeeded: rounded[0])
              to[1] = UInt8(truncatingIfNeeded: rounded[1])
              to[2] = UInt8(truncatingIfNeeded: rounded[2])
              to += 3
            }
          }
        }
      }
      filled = count
    }
    return Image(width: newWidth, height: rows.count, pixels: samples)
  }

  /// - Parameter offset: which of the source rows that `weights` count is this picture's first.
  private func resampledColumns(
    _ weights: ResamplingWeights, height newHeight: Int, offset: Int
  ) -> Image {
    if newHeight == height { return self }
    let stride = 3 * width
    let count = stride * newHeight
    let samples = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        weights.withTables { windows, table in
          guard var to = target.baseAddress, let start = source.baseAddress else { return }
          withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
            guard let sums = sums.baseAddress else { return }
            for window in windows {
              sums.update(repeating: ResamplingWeights.half, count: stride)
              var row = start + stride * (window.start - offset)
              for k in window.offset..<window.offset &+ window.count {
                let weight = table[k]
                for x in 0..<stride { sums[x] &+= Int32(row[x]) &* weight }
                row += stride
              }
              for x in 0..<stride {
                let value = sums[x] &>> ResamplingWeights.bits
                to[x] = UInt8(truncatingIfNeeded: min(value, 255))
              }
              to += stride
            }
          }
        }
      }
      filled = count
    }
    return Image(width: width, height: newHeight, pixels: samples)
  }
}

/// Which source samples make each target sample along one side, and how much of each.
struct ResamplingWeights {
  struct Window {
    /// The first source sample, and how many there are.
    let start, count: Int
    /// Where their weights begin in the table.
    let offset: Int
  }

  /// The fraction's bits in a weight; a sum of 8-bit samples leaves two to spare.
  static let bits: Int32 = 22
  /// What rounds a sum.
  static let half: Int32 = 1 << (bits - 1)

  private var windows: [Window] = []
  private var table: [Int32] = []

  /// The weights that take `source` samples to `target` samples.
  init(from source: Int, to target: Int) {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    windows.reserveCapacity(target)
    for i in 0..<target {
      let center = (Double(i) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), source)
      // The order of these operations is Pillow's, to the last bit.
      var weights = (0..<max(end - start, 0)).map { k in
        max(1 - abs((Double(k + start) - center + 0.5) * (1 / support)), 0)
      }
      let total = weights.reduce(0, +)
      if total != 0 { for k in weights.indices { weights[k] /= total } }
      windows.append(Window(start: start, count: weights.count, offset: table.count))
      for weight in weights {
        table.append(Int32(0.5 + weight * Double(1 << ResamplingWeights.bits)))
      }
    }
  }

  /// The source samples that are needed.
  var sourceRange: Range<Int> {
    guard let first = windows.first, let last = windows.last else { return 0..<0 }
    return first.start..<last.start + last.count
  }

  /// Calls `body` with the windows and the table of weights, for its duration.
  func withTables(
    _ body: (UnsafeBufferPointer<Window>, UnsafePointer<Int32>) -> Void
  ) {
    windows.withUnsafeBufferPointer { windows in
      table.withUnsafeBufferPointer { table in
        guard let table = table.baseAddress else { return }
        body(windows, table)
      }
    }
  }
}
