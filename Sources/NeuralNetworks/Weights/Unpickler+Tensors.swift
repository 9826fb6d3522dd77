extension Unpickler {
  /// The storage that a persistent id stands for:
  /// `("storage", type, key, device, count[, (view's key, offset, count)])`.
  mutating func storage(_ id: PickleValue) throws(Problem) -> PickleValue {
    guard let values = objects.values(id), values.count >= 5,
      case .text("storage") = values[0], case .global(.storageType(let type)) = values[1],
      case .text(let key) = values[2], case .integer(let count) = values[4], count >= 0
    else { throw problem("a storage is described in an unknown way") }
    var view = 0..<count
    if values.count > 5, let part = objects.values(values[5]) {
      guard part.count == 3, case .integer(let offset) = part[1],
        case .integer(let size) = part[2], offset >= 0, size >= 0, offset <= count,
        size <= count - offset
      else { throw problem("a view lies outside its storage") }
      view = offset..<offset + size
    }
    objects.storages.append(PickleStorage(key: key, type: type, count: count, view: view))
    return .storage(objects.storages.count - 1)
  }

  /// What the call of `global` with `arguments` makes.
  mutating func build(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(Problem) -> PickleValue {
    switch global {
    case .orderedDictionary: return try dictionary(arguments)
    case .rebuildTensor where arguments.count == 4,
      .rebuildTensorV2 where (6...7).contains(arguments.count):
      return try tensor(arguments, type: nil)
    case .rebuildTensorV3 where (7...8).contains(arguments.count):
      guard case .global(.elementType(let type)) = arguments[6] else { break }
      return try tensor(arguments, type: type)
    case .rebuildParameter:
      guard let first = arguments.first, case .tensor = first else { break }
      return first
    case .size:
      guard arguments.count == 1, let sizes = objects.values(arguments[0]) else { break }
      // The copy is made when either is changed.
      try charge(sizes.count)
      return objects.tuple(sizes)
    case .set: return objects.list()
    case .device: return .opaque
    default: break
    }
    throw problem("a tensor is built in an unknown way")
  }

  /// `OrderedDict()`, or that of a list of pairs.
  private mutating func dictionary(_ arguments: [PickleValue]) throws(Problem) -> PickleValue {
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    if let first = arguments.first {
      guard arguments.count == 1, let list = objects.values(first) else {
        throw problem("a dictionary is made of no pairs")
      }
      try charge(list.count)
      for value in list {
        guard let pair = objects.values(value), pair.count == 2 else {
          throw problem("a dictionary is made of no pairs")
        }
        pairs.append((pair[0], pair[1]))
      }
    }
    objects.dictionaries.append(pairs)
    return .dictionary(objects.dictionaries.count - 1)
  }

  /// A tensor of `storage, offset, shape, strides, ...`, which must lie in its storage.
  private mutating func tensor(
    _ arguments: [PickleValue], type: ElementType?
  ) throws(Problem) -> PickleValue {
    guard case .storage(let index) = arguments[0], case .integer(let offset) = arguments[1],
      let shape = objects.integers(arguments[2]), let strides = objects.integers(arguments[3]),
      shape.count == strides.count, offset >= 0,
      shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
    else { throw problem("a tensor is described in an unknown way") }
    try charge(2 * shape.count)
    let storage = objects.storages[index]
    guard let type = type ?? storage.type, let size = type.size else {
      throw problem("a tensor has no element type")
    }
    guard storage.type ?? type == type else {
      throw problem("a tensor has another element type than its storage")
    }
    func outside() -> Problem { problem("a tensor of shape \(shape) lies outside its storage") }
    guard let count = ElementCount.of(shape), type.byteCount(count) != nil else { throw outside() }
    if count > 0 {
      // The last element; every step is checked, sizes and strides may be anything.
      var last = offset
      for (size, stride) in zip(shape, strides) {
        let (product, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
        let (sum, carry) = last.addingReportingOverflow(product)
        guard !overflow, !carry else { throw outside() }
        last = sum
      }
      let available = storage.view.count / (storage.type == nil ? size : 1)
      guard last < available else { throw outside() }
      // A view may show elements more than once, but not make much out of little.
      guard count <= max(available, 1 << 20) else {
        throw problem("a tensor of shape \(shape) repeats the \(available) elements it has")
      }
    }
    objects.tensors.append(
      PickleTensor(storage: index, type: type, offset: offset, shape: shape, strides: strides))
    return .tensor(objects.tensors.count - 1)
  }
}
