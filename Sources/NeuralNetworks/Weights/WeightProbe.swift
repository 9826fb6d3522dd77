internal import Files

/// Looks at all of a weight file, to compare it with others.
public struct WeightProbe {
  /// Reads every array of the file at `path`.
  ///
  /// The hash runs over the arrays sorted by the UTF-8 bytes of their names. Each adds its name,
  /// a zero byte, its element type as safetensors calls it (`F32`), a space, its sizes joined by
  /// commas, a zero byte, and its elements in row-major order, little-endian, as they are stored: not
  /// converted, so that two files with different integers beyond 2^24 differ.
  ///
  /// - Returns: The number of arrays, and the SHA-256 in 64 hexadecimal digits.
  public static func probe(
    _ path: String
  ) throws(WeightsError) -> (tensors: Int, sha256: String) {
    let source = try WeightFile.openStored(path)
    return (source.names.count, try sha256(of: source))
  }

  private static func sha256(of source: some StoredElements) throws(WeightsError) -> String {
    var hash = SHA256()
    for name in source.names {
      let elements = try source.elements(name)
      let sizes = elements.shape.map { "\($0)" }.joined(separator: ",")
      hash.update(Array("\(name)\0\(elements.type.rawValue) \(sizes)\0".utf8))
      source.withBytes { file in
        elements.withOrderedBytes(in: file) { bytes in
          let size = elements.type.byteCount(elements.count) ?? 0
          hash.update(UnsafeRawBufferPointer(rebasing: bytes.prefix(size)))
        }
      }
    }
    return hash.hexadecimal()
  }
}
