internal import CKernels
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
    precondition(
      source.pixels.count == 3 * source.width * source.height,
      "render: \(source) has \(source.pixels.count) samples")
    guard size > 0 else { return }
    var rendering = racnn_rendering(self, of: source, size: size, normalization)
    source.pixels.withUnsafeBufferPointer { pixels in
      racnn_render(&rendering, pixels.baseAddress, output.baseAddress)
    }
  }
}

extension racnn_rendering {
  /// Saturation, contrast, brightness and normalisation are one affine map of a pixel.
  fileprivate init(
    _ view: SourceView, of source: Image, size: Int, _ normalization: Normalization
  ) {
    func gain(_ channel: Int) -> Float {
      view.brightness * view.contrast / normalization.deviation[channel]
    }
    func offset(_ channel: Int) -> Float {
      (view.brightness * (127.5 - view.contrast * 127.5) - normalization.mean[channel])
        / normalization.deviation[channel]
    }
    self.init(
      width: Int32(source.width), height: Int32(source.height), size: Int32(size),
      x: view.rectangle.x, y: view.rectangle.y, wide: view.rectangle.width,
      high: view.rectangle.height, is_flipped: view.isFlipped ? 1 : 0,
      saturation: view.saturation, grey: 1 - view.saturation,
      gain: (gain(0), gain(1), gain(2)), offset: (offset(0), offset(1), offset(2)))
  }
}
