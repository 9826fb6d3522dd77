internal import Files

/// The formats of weight files, told by their first bytes.
enum WeightFormat {
  case safetensors
  case zip
  case pickle
  case tar

  /// The format of `file`; anything that shows no other is taken for safetensors.
  init(of file: UnsafeRawBufferPointer) {
    let reader = LittleEndianReader(file)
    if reader.uint32(0) == 0x0403_4b50 || reader.uint32(0) == 0x0605_4b50 {
      self = .zip
    } else if reader.text(257..<262) == "ustar" {
      self = .tar
    } else if let first = reader.uint16(0), first & 0xff == 0x80, (2...5).contains(first >> 8),
      // In a safetensors file these are the upper bytes of its header's length.
      let length = reader.uint64(0), length > SafetensorsHeader.lengthLimit
    {
      self = .pickle
    } else {
      self = .safetensors
    }
  }
}

/// Opens files of weights of all formats that are read here.
public enum WeightFile {
  /// Opens the file at `path` as what its content shows it to be, whatever its name ends in.
  public static func open(_ path: String) throws(WeightsError) -> any WeightSource {
    try openStored(path)
  }

  static func openStored(_ path: String) throws(WeightsError) -> any StoredElements {
    let file: FileBytes
    do { file = try FileBytes(path) } catch { throw .file(error) }
    switch file.withBytes({ WeightFormat(of: $0) }) {
    case .safetensors: return try SafetensorsFile(file)
    case .zip, .pickle: return try PyTorchFile(file)
    case .tar:
      throw .unsupported(
        path: path, place: "byte 257", problem: "this is a tar file, as PyTorch wrote before 0.2",
        cure: "load it with PyTorch and save it again")
    }
  }
}
