internal import CKernels

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
    return resampled(width: newWidth, height: rows.count) { source, target in
      racnn_resize_rows(
        weights.windows, weights.table, source + 3 * width * rows.lowerBound, Int32(width),
        Int32(rows.count), target, Int32(newWidth))
    }
  }

  /// - Parameter offset: which of the source rows that `weights` count is this picture's first.
  private func resampledColumns(
    _ weights: ResamplingWeights, height newHeight: Int, offset: Int
  ) -> Image {
    if newHeight == height { return self }
    let windows = weights.windows.map {
      racnn_window(start: $0.start - Int32(offset), count: $0.count, offset: $0.offset)
    }
    return resampled(width: width, height: newHeight) { source, target in
      racnn_resize_columns(
        windows, weights.table, source, Int32(width), target, Int32(newHeight))
    }
  }

  /// A picture of another size, whose samples a closure makes of this one's.
  private func resampled(
    width newWidth: Int, height newHeight: Int,
    _ body: (_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    precondition(
      pixels.count == 3 * width * height, "Image.resized: \(self) has \(pixels.count) samples")
    let count = 3 * newWidth * newHeight
    let samples = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        body(source, target)
      }
      filled = count
    }
    return Image(width: newWidth, height: newHeight, pixels: samples)
  }
}

/// Which source samples make each target sample along one side, and how much of each.
private struct ResamplingWeights {
  private(set) var windows: [racnn_window] = []
  private(set) var table: [Int32] = []

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
      windows.append(
        racnn_window(
          start: Int32(start), count: Int32(weights.count), offset: Int32(table.count)))
      for weight in weights {
        table.append(Int32(0.5 + weight * Double(1 << RACNN_RESIZE_BITS)))
      }
    }
  }

  /// The source samples that are needed.
  var sourceRange: Range<Int> {
    guard let first = windows.first, let last = windows.last else { return 0..<0 }
    return Int(first.start)..<Int(last.start + last.count)
  }
}
