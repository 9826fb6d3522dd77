public import Images

extension SourceView {
  /// Renders the view as a square, bilinearly, in planes of normalised samples.
  ///
  /// Colour comes first: saturation (about the luma 0.299 R + 0.587 G + 0.114 B), contrast, then
  /// brightness, without clamping. Pixel centres are at halves; beyond the edge the edge goes on.
  ///
  /// - Parameter size: the square's side S in pixels.
  /// - Returns: `[3, S, S]`.
  public func rendered(_ source: Image, size: Int, normalization: Normalization) -> [Float] {
    [Float](unsafeUninitializedCapacity: 3 * size * size) { buffer, filled in
      let output = UnsafeMutableBufferPointer(rebasing: buffer[..<(3 * size * size)])
      render(source, size: size, normalization: normalization, into: output)
      filled = output.count
    }
  }

  /// As `rendered(_:size:normalization:)`, into `output` of `3 * size * size` values.
  public func render(
    _ source: Image, size: Int, normalization: Normalization,
    into output: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(
      output.count == 3 * size * size,
      "render: \(3 * size * size) values do not go into \(output.count)")
    guard let output = output.baseAddress else { return }
    let columns = Taps(
      count: size, of: source.width, start: rectangle.x, length: rectangle.width,
      isReversed: isFlipped)
    let rows = Taps(
      count: size, of: source.height, start: rectangle.y, length: rectangle.height,
      isReversed: false)
    let color = ColorTransform(self, normalization)
    let (rowCount, pitch) = (3 * size, 3 * source.width)
    source.pixels.withUnsafeBufferPointer { pixels in
      // Rows of the source are resampled across as they come into use, two at a time, then mixed.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rowCount) { buffers in
        guard let pixels = pixels.baseAddress, let buffer = buffers.baseAddress else { return }
        var held = (-1, -1)
        func row(_ index: Int) -> UnsafePointer<Float> {
          let isOdd = index & 1 == 1
          let place = buffer + (isOdd ? rowCount : 0)
          if (isOdd ? held.1 : held.0) != index {
            Self.resample(
              pixels + pitch * index, columns: columns, color: color, count: size, into: place)
            if isOdd { held.1 = index } else { held.0 = index }
          }
          return UnsafePointer(place)
        }
        for y in 0..<size {
          let (upper, weight) = (row(rows.first[y]), rows.weight[y])
          let lower = row(rows.second[y])
          for channel in 0..<3 {
            let (a, b) = (upper + channel * size, lower + channel * size)
            let target = output + (channel * size + y) * size
            for x in 0..<size { target[x] = a[x] + weight * (b[x] - a[x]) }
          }
        }
      }
    }
  }

  /// One row of pixels, resampled across into three rows of `count` values.
  @inline(__always)
  private static func resample(
    _ pixels: UnsafePointer<UInt8>, columns: Taps, color: ColorTransform, count: Int,
    into row: UnsafeMutablePointer<Float>
  ) {
    let (red, green, blue) = (row, row + count, row + 2 * count)
    columns.first.withUnsafeBufferPointer { first in
      columns.second.withUnsafeBufferPointer { second in
        columns.weight.withUnsafeBufferPointer { weights in
          for x in 0..<count {
            let (left, right) = (pixels + 3 * first[x], pixels + 3 * second[x])
            let r = mix(left[0], right[0], weights[x])
            let g = mix(left[1], right[1], weights[x])
            let b = mix(left[2], right[2], weights[x])
            let grey = color.greyGain * (0.299 * r + 0.587 * g + 0.114 * b)
            red[x] = color.gain.0 * (color.saturation * r + grey) + color.offset.0
            green[x] = color.gain.1 * (color.saturation * g + grey) + color.offset.1
            blue[x] = color.gain.2 * (color.saturation * b + grey) + color.offset.2
          }
        }
      }
    }
  }

  @inline(__always)
  private static func mix(_ a: UInt8, _ b: UInt8, _ weight: Float) -> Float {
    Float(a) + weight * (Float(b) - Float(a))
  }
}

/// Between which two pixels of an axis each output pixel lies, and how far along.
private struct Taps {
  var first: [Int]
  var second: [Int]
  var weight: [Float]

  /// - Parameters:
  ///   - extent: pixels of the source along the axis.
  ///   - start: where the part that is seen begins, and `length` how long it is, in units of the
  ///     axis.
  init(count: Int, of extent: Int, start: Double, length: Double, isReversed: Bool) {
    let (start, length) = (start * Double(extent), length * Double(extent))
    let end = start + length
    let last = Double(extent - 1)
    first = []
    second = []
    weight = []
    for index in 0..<count {
      let step = (Double(index) + 0.5) / Double(count) * length
      let position = min(max((isReversed ? end - step : start + step) - 0.5, 0), last)
      let pixel = Int(position)
      first.append(pixel)
      second.append(min(pixel + 1, extent - 1))
      weight.append(Float(position - Double(pixel)))
    }
  }
}

/// Saturation, contrast, brightness and normalisation as one affine map of a pixel.
private struct ColorTransform {
  let saturation: Float
  let greyGain: Float
  let gain: (Float, Float, Float)
  let offset: (Float, Float, Float)

  init(_ view: SourceView, _ normalization: Normalization) {
    saturation = view.saturation
    greyGain = 1 - view.saturation
    func gain(_ channel: Int) -> Float {
      view.brightness * view.contrast / normalization.deviation[channel]
    }
    func offset(_ channel: Int) -> Float {
      (view.brightness * (127.5 - view.contrast * 127.5) - normalization.mean[channel])
        / normalization.deviation[channel]
    }
    self.gain = (gain(0), gain(1), gain(2))
    self.offset = (offset(0), offset(1), offset(2))
  }
}
