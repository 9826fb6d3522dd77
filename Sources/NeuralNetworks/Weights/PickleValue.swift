/// What a pickle may build here: plain data, storages and tensors; no object of any other class.
///
/// Containers lie in `PickleObjects` and are named by their index, so that a chain or a circle of
/// them, however deep, costs no recursion when it is released.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer of more than 64 bits, little-endian.
  case largeInteger([UInt8])
  case text(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)
  /// Something that is allowed and of no use here: a float, bytes, a device.
  case opaque
}

/// The containers, storages and tensors that pickles have built.
struct PickleObjects {
  /// Values of tuples, and of lists.
  var sequences: [[PickleValue]] = []
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []

  mutating func tuple(_ values: [PickleValue]) -> PickleValue {
    sequences.append(values)
    return .tuple(sequences.count - 1)
  }

  mutating func list(_ values: [PickleValue] = []) -> PickleValue {
    sequences.append(values)
    return .list(sequences.count - 1)
  }

  mutating func dictionary() -> PickleValue {
    dictionaries.append([])
    return .dictionary(dictionaries.count - 1)
  }

  /// The values of a tuple or list.
  func values(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let index), .list(let index): sequences[index]
    default: nil
    }
  }

  /// The integers of a tuple or list of nothing else, 64 at most.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let values = values(value), values.count <= 64 else { return nil }
    var result: [Int] = []
    for case .integer(let integer) in values { result.append(integer) }
    return result.count == values.count ? result : nil
  }
}

/// Elements in a part of the file that is called `key`.
struct PickleStorage {
  var key: String
  /// Nil when the storage counts in bytes and its tensors say what they are.
  var type: ElementType?
  /// How many elements the whole storage has.
  var count: Int
  /// The elements of it that are seen, in old files.
  var view: Range<Int>
}

/// A view of a storage.
struct PickleTensor {
  var storage: Int
  var type: ElementType
  /// In elements, as the strides.
  var offset: Int
  var shape: [Int]
  var strides: [Int]
}

/// The classes and functions that a pickle may name.
///
/// They stand for what this reader does; nothing is looked up or called by name.
enum PickleGlobal {
  case orderedDictionary
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  case rebuildParameter
  case size
  case set
  case device
  case storageType(ElementType?)
  case elementType(ElementType)
  case other

  init?(module: String, name: String) {
    guard let global = Self.allowed["\(module) \(name)"] else { return nil }
    self = global
  }

  private static let allowed: [String: PickleGlobal] = {
    var allowed: [String: PickleGlobal] = [
      "collections OrderedDict": .orderedDictionary,
      "torch._utils _rebuild_tensor": .rebuildTensor,
      "torch._utils _rebuild_tensor_v2": .rebuildTensorV2,
      "torch._utils _rebuild_tensor_v3": .rebuildTensorV3,
      "torch._utils _rebuild_parameter": .rebuildParameter,
      "torch._utils _rebuild_parameter_with_state": .rebuildParameter,
      "torch Size": .size,
      "torch device": .device,
      "builtins set": .set,
      "__builtin__ set": .set,
      "torch strided": .other,
      "torch.serialization _get_layout": .device,
      "torch.storage UntypedStorage": .storageType(nil),
      "torch UntypedStorage": .storageType(nil),
    ]
    let storages: [(String, ElementType)] = [
      ("Float", .float32), ("Double", .float64), ("Half", .float16), ("BFloat16", .bfloat16),
      ("Long", .int64), ("Int", .int32), ("Short", .int16), ("Char", .int8), ("Byte", .uint8),
      ("Bool", .bool), ("ComplexFloat", .complex64), ("ComplexDouble", .complex128),
    ]
    for (name, type) in storages { allowed["torch \(name)Storage"] = .storageType(type) }
    let types: [(String, ElementType)] = [
      ("float32", .float32), ("float64", .float64), ("float16", .float16),
      ("bfloat16", .bfloat16), ("int64", .int64), ("int32", .int32), ("int16", .int16),
      ("int8", .int8), ("uint8", .uint8), ("uint16", .uint16), ("uint32", .uint32),
      ("uint64", .uint64), ("bool", .bool), ("complex64", .complex64),
      ("complex128", .complex128), ("float8_e5m2", .float8E5M2), ("float8_e4m3fn", .float8E4M3),
      ("float8_e5m2fnuz", .float8E5M2FNUZ), ("float8_e4m3fnuz", .float8E4M3FNUZ),
      ("float8_e8m0fnu", .float8E8M0),
    ]
    for (name, type) in types { allowed["torch \(name)"] = .elementType(type) }
    return allowed
  }()
}
