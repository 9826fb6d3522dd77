internal import Files

extension SafetensorsFile {
  /// Writes `arrays` in their order, as float32, and `metadata` to the file at `path`.
  ///
  /// The file takes its name when it is whole. The same arguments give the same bytes.
  ///
  /// - Parameter quantized: Names of matrices that are written as `QuantizedMatrix`: a quarter of the
  ///   bytes, for weights of which 8 bits are enough. They come last, so that floats stay aligned. What
  ///   is no matrix, or has values that are no finite numbers, is written as float32 all the same.
  /// - Parameter addingChecksum: Whether the SHA-256 of header and values are added to the metadata, for
  ///   `verifyChecksum()`; it takes most of the time of writing.
  public static func write(
    _ arrays: [(String, WeightArray)], metadata: [String: String], to path: String,
    quantized: Set<String> = [], addingChecksum: Bool = true
  ) throws(WeightsError) {
    let arrays = Self.elements(arrays, quantized)
    var metadata = metadata
    if addingChecksum {
      var hash = SHA256()
      for (_, _, elements) in arrays { elements.withUnsafeBytes { hash.update($0) } }
      metadata[checksumKey] = hash.hexadecimal()
      metadata[headerChecksumKey] = noDigits
    }
    var header = try header(arrays, metadata: metadata, path: path)
    if addingChecksum {
      metadata[headerChecksumKey] = headerChecksum(header, noDigits)
      header = try Self.header(arrays, metadata: metadata, path: path)
    }
    do {
      try AtomicFile.write(to: path) { writer in
        try writer.write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) })
        try writer.write(header)
        for (_, _, elements) in arrays {
          var failure: FileError?
          elements.withUnsafeBytes { bytes in
            do throws(FileError) { try writer.write(bytes) } catch { failure = error }
          }
          if let failure { throw failure }
        }
      }
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .file(.unwritable(path: path, reason: "\(error)"))
    }
  }

  /// What is written of `arrays`, in its order.
  private static func elements(
    _ arrays: [(String, WeightArray)], _ quantized: Set<String>
  ) -> [(String, [Int], Elements)] {
    var floats: [(String, [Int], Elements)] = []
    var bytes: [(String, [Int], Elements)] = []
    for (name, array) in arrays {
      if quantized.contains(name), let matrix = QuantizedMatrix(array) {
        floats.append(
          (QuantizedMatrix.scaleName(name), [matrix.scales.count], .floats(matrix.scales)))
        bytes.append((name, array.shape, .bytes(matrix.values)))
      } else {
        floats.append((name, array.shape, .floats(array.values)))
      }
    }
    return floats + bytes
  }

  /// The JSON text, with spaces at its end so that the values begin at a multiple of 64 bytes.
  private static func header(
    _ arrays: [(String, [Int], Elements)], metadata: [String: String], path: String
  ) throws(WeightsError) -> [UInt8] {
    var names: Set<String> = []
    var members = [
      "\"__metadata__\":{"
        + metadata.keys.sortedByBytes()
        .map { JSONText.quoted($0) + ":" + JSONText.quoted(metadata[$0] ?? "") }
        .joined(separator: ",") + "}"
    ]
    var start = 0
    for (name, shape, elements) in arrays {
      guard name != "__metadata__", names.insert(name).inserted else {
        throw .malformed(
          path: path, place: "array \(name.inMessage)",
          problem: "the name is taken; it is not written")
      }
      let end = start + elements.withUnsafeBytes { $0.count }
      members.append(
        JSONText.quoted(name)
          + ":{\"dtype\":\"\(elements.type.rawValue)\""
          + ",\"shape\":\(shape.description.filter { $0 != " " })"
          + ",\"data_offsets\":[\(start),\(end)]}")
      start = end
    }
    var text = Array(("{" + members.joined(separator: ",") + "}").utf8)
    text += Array(repeating: 0x20, count: (56 - text.count % 64 + 64) % 64)
    guard text.count <= SafetensorsHeader.lengthLimit else {
      throw .malformed(
        path: path, place: "header", problem: "\(text.count) bytes are too long; it is not written")
    }
    return text
  }
}

/// The values of an array as they are written.
private enum Elements {
  case floats([Float])
  case bytes([Int8])

  var type: ElementType {
    switch self {
    case .floats: .float32
    case .bytes: .int8
    }
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .floats(let values): values.withUnsafeBytes(body)
    case .bytes(let values): values.withUnsafeBytes(body)
    }
  }
}
