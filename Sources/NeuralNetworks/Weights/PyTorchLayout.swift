/// Where the tensors of a PyTorch file lie in it.
struct PyTorchLayout {
  private(set) var views: [String: ElementView] = [:]
  private let path: String
  /// The file's bytes of each storage.
  private var storages: [String: Range<Int>] = [:]

  /// Reads `bytes`, all of the file at `path`.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(WeightsError) {
    self.path = path
    if WeightFormat(of: bytes) == .zip {
      try readArchive(bytes)
    } else {
      try readPickles(bytes)
    }
  }

  private func malformed(_ place: String, _ problem: String) -> WeightsError {
    .malformed(path: path, place: place, problem: problem)
  }

  private func malformed(_ error: Unpickler.Problem) -> WeightsError {
    malformed("pickle, byte \(error.offset)", error.text)
  }

  // MARK: The zip format

  /// `NAME/data.pkl` describes the tensors, `NAME/data/KEY` are their storages.
  private mutating func readArchive(_ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
    let archive: ZipArchive
    do throws(ZipArchive.Problem) { archive = try ZipArchive(bytes) } catch {
      guard let cure = error.cure else { throw malformed(error.place, error.text) }
      throw .unsupported(path: path, place: error.place, problem: error.text, cure: cure)
    }
    guard let first = archive.firstName, let slash = first.firstIndex(of: "/") else {
      throw malformed("zip directory", "there is no folder in it, as PyTorch's files have")
    }
    let folder = first[...slash]
    guard let description = archive.entries[folder + "data.pkl"] else {
      throw malformed("zip directory", "\(folder)data.pkl is missing, PyTorch's file has it")
    }
    if let order = archive.entries[folder + "byteorder"], !bytes[order].elementsEqual("little".utf8)
    {
      throw .unsupported(
        path: path, place: "\(folder)byteorder", problem: "the byte order is not little-endian",
        cure: "save it again on a little-endian machine")
    }
    // Places in messages count from the start of the file, not of the pickle.
    var unpickler = Unpickler(
      UnsafeRawBufferPointer(rebasing: bytes[..<description.upperBound]),
      at: description.lowerBound)
    let root: PickleValue
    do throws(Unpickler.Problem) { root = try unpickler.load() } catch { throw malformed(error) }
    for storage in unpickler.objects.storages {
      guard let entry = archive.entries[folder + "data/" + storage.key] else {
        throw malformed("zip directory", "the storage \(folder)data/\(storage.key) is missing")
      }
      storages[storage.key] = entry
    }
    try place(root, unpickler.objects, in: bytes)
  }

  // MARK: The format before it

  /// Five pickles (a magic number, a version, the system, the tensors, the storages' keys), then
  /// each storage as a 64-bit count and its elements.
  private mutating func readPickles(_ bytes: UnsafeRawBufferPointer) throws(WeightsError) {
    var unpickler = Unpickler(bytes)
    let root: PickleValue
    let keys: PickleValue
    do throws(Unpickler.Problem) {
      guard case .largeInteger(let magic) = try unpickler.load(), magic == Self.magic else {
        throw unpickler.problem("PyTorch's magic number is missing")
      }
      guard case .integer(1001) = try unpickler.load() else {
        throw unpickler.problem("the version is not 1001")
      }
      let system = try unpickler.load()
      if case .dictionary(let index) = system {
        for case (.text("little_endian"), .bool(false)) in unpickler.objects.dictionaries[index] {
          throw unpickler.problem("the byte order is not little-endian")
        }
      }
      root = try unpickler.load()
      keys = try unpickler.load()
    } catch {
      throw malformed(error)
    }
    let reader = LittleEndianReader(bytes)
    let declared = Dictionary(
      unpickler.objects.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var position = unpickler.position
    for key in unpickler.objects.values(keys) ?? [] {
      let place = "storage at byte \(position)"
      guard case .text(let key) = key, let storage = declared[key] else {
        throw malformed(place, "no tensor describes it")
      }
      guard let count = reader.uint64(position), count == UInt64(storage.count) else {
        throw malformed(place, "it does not have the \(storage.count) elements declared")
      }
      guard let size = (storage.type ?? .uint8).byteCount(storage.count),
        let range = reader.range(UInt64(position + 8), UInt64(size))
      else { throw malformed(place, "its \(storage.count) elements end outside the file") }
      storages[key] = range
      position = range.upperBound
    }
    try place(root, unpickler.objects, in: bytes)
  }

  static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

  // MARK: Both

  /// Names the tensors and finds their bytes.
  private mutating func place(
    _ root: PickleValue, _ objects: PickleObjects, in bytes: UnsafeRawBufferPointer
  ) throws(WeightsError) {
    let names: PickleNames
    do throws(PickleNames.Problem) { names = try PickleNames(root, in: objects) } catch {
      throw malformed("pickle", error.text)
    }
    var total = 0
    for (name, index) in names.tensors {
      let view = try view(of: objects.tensors[index], name, objects)
      views[name] = view
      // Names that share a storage are common, thousands for the same large one are an attack.
      total += view.count
      guard total <= 16 * bytes.count + 1 << 26 else {
        throw malformed("pickle", "its tensors show the same elements over and over")
      }
    }
  }

  private func view(
    of tensor: PickleTensor, _ name: String, _ objects: PickleObjects
  ) throws(WeightsError) -> ElementView {
    let storage = objects.storages[tensor.storage]
    func outside() -> WeightsError {
      malformed("tensor \(name.inMessage)", "its elements lie outside the file")
    }
    guard let whole = storages[storage.key],
      let needed = (storage.type ?? .uint8).byteCount(storage.count), needed <= whole.count,
      let start = (storage.type ?? .uint8).byteCount(storage.view.lowerBound),
      let end = (storage.type ?? .uint8).byteCount(storage.view.upperBound)
    else { throw outside() }
    let count = tensor.shape.reduce(1, *)
    guard count > 0 else {
      let nothing = whole.lowerBound..<whole.lowerBound
      return ElementView(type: tensor.type, shape: tensor.shape, bytes: nothing)
    }
    guard let offset = tensor.type.byteCount(tensor.offset), offset <= end - start else {
      throw outside()
    }
    return ElementView(
      type: tensor.type, shape: tensor.shape,
      strides: tensor.isRowMajor ? nil : tensor.strides,
      bytes: whole.lowerBound + start + offset..<whole.lowerBound + end)
  }
}

extension PickleTensor {
  /// Whether the elements lie one after the other.
  fileprivate var isRowMajor: Bool {
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size != 1 {
      guard stride == expected else { return false }
      expected *= size
    }
    return true
  }
}
