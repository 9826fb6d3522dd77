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
      let (scratch, width) = (pitch + 1 + 4 * size, source.width)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rowCount + scratch) { buffers in
        guard let pixels = pixels.baseAddress, let buffer = buffers.baseAddress else { return }
        buffer[2 * rowCount + pitch] = 0
        var held = (-1, -1)
        func row(_ index: Int) -> UnsafePointer<Float> {
          let isOdd = index & 1 == 1
          let place = buffer + (isOdd ? rowCount : 0)
          if (isOdd ? held.1 : held.0) != index {
            Self.resample(
              pixels + pitch * index, width: width, columns: columns, color: color, count: size,
              scratch: buffer + 2 * rowCount, into: place)
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
  ///
  /// In three steps, each of them a loop in vectors: all in one took 1.7 times as long.
  ///
  /// - Parameter scratch: `3 * width + 1` floats and `4 * count` more. A fourth lane comes with the three
  ///   of a pixel, and is not used; for the last pixel's the caller sets the float after the row.
  @inline(__always)
  private static func resample(
    _ pixels: UnsafePointer<UInt8>, width: Int, columns: Taps, color: ColorTransform, count: Int,
    scratch: UnsafeMutablePointer<Float>, into row: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<3 * width { scratch[i] = Float(pixels[i]) }
    let (samples, mixed) = (UnsafeRawPointer(scratch), scratch + 3 * width + 1)
    let target = UnsafeMutableRawPointer(mixed)
    let stride = MemoryLayout<Float>.stride
    columns.first.withUnsafeBufferPointer { first in
      columns.second.withUnsafeBufferPointer { second in
        columns.weight.withUnsafeBufferPointer { weights in
          for x in 0..<count {
            // Of a pixel, and the one after it.
            let a = samples.loadUnaligned(
              fromByteOffset: 3 * stride * first[x], as: SIMD4<Float>.self)
            let b = samples.loadUnaligned(
              fromByteOffset: 3 * stride * second[x], as: SIMD4<Float>.self)
            target.storeBytes(
              of: a + weights[x] * (b - a), toByteOffset: 4 * stride * x, as: SIMD4<Float>.self)
          }
        }
      }
    }
    let (red, green, blue) = (row, row + count, row + 2 * count)
    for x in 0..<count {
      let (r, g, b) = (mixed[4 * x], mixed[4 * x + 1], mixed[4 * x + 2])
      let grey = color.greyGain * (0.299 * r + 0.587 * g + 0.114 * b)
      red[x] = color.gain.0 * (color.saturation * r + grey) + color.offset.0
      green[x] = color.gain.1 * (color.saturation * g + grey) + color.offset.1
      blue[x] = color.gain.2 * (color.saturation * b + grey) + color.offset.2
    }
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
