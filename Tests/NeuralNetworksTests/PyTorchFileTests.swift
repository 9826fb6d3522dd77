import Files
import NeuralNetworks
import Testing

@Suite struct PyTorchFileTests {
  private let six: [UInt8] = [0, 1, 2, 3, 4, 5]

  private func values(_ file: [UInt8]) throws -> [Float] {
    try WeightFiles.withFile(file) { try PyTorchFile(contentsOf: $0).array("a").values }
  }

  @Test(
    arguments: [
      (0, [2, 3], [3, 1], [0, 1, 2, 3, 4, 5]), (0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5]),
      (1, [2, 2], [3, 1], [1, 2, 4, 5]), (4, [3], [0], [4, 4, 4]), (5, [], [], [5]),
      (0, [2, 2, 2], [1, 1, 1], [0, 1, 1, 2, 1, 2, 2, 3]), (6, [0, 3], [3, 1], []),
      (0, [2, 1], [3, Int.max], [0, 3]), (0, [1, 3], [Int.max, 2], [0, 2, 4]),
    ] as [(Int, [Int], [Int], [Float])]) func views(
      _ offset: Int, _ shape: [Int], _ strides: [Int], _ expected: [Float]
    ) throws
  {
    let file = Pickle.file(
      storage: "ByteStorage", count: 6, offset: offset, shape: shape, strides: strides, data: six)
    #expect(try values(file) == expected)
  }

  @Test(
    arguments: [
      (6, 0, [7], [1]), (6, 1, [6], [1]), (6, -1, [1], [1]), (6, 7, [1], [1]), (6, 0, [2], [6]),
      (6, 0, [2, 2], [1]), (6, 0, [-1], [1]), (6, 5, [2], [-1]), (7, 0, [6], [1]),
      (-1, 0, [1], [1]), (6, Int.max, [2], [1]), (6, 1, [2], [Int.max]),
      (6, 0, [Int.max, Int.max], [Int.max, Int.max]), (6, 0, [Int.max], [0]),
      (6, 0, [1 << 21], [0]), (Int.max, 0, [1], [1]), (6, 0, [3, Int.max], [0, 0]),
      (6, 0, [Int.max, Int.max, 0], [1, 1, 1]),
    ] as [(Int, Int, [Int], [Int])]) func viewsOutsideTheirStorage(
      _ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int]
    )
  {
    let file = Pickle.file(
      storage: "ByteStorage", count: count, offset: offset, shape: shape, strides: strides,
      data: six)
    #expect(throws: WeightsError.self) { try values(file) }
  }

  /// What shows a storage of one type as another would count its elements in the wrong measure.
  @Test func viewsOfAnotherTypeThanTheirStorage() throws {
    let file = Pickle.file(
      storage: "BoolStorage", count: 64, shape: [2, 4], strides: [60, 1], type: "float64",
      data: [UInt8](repeating: 1, count: 64))
    #expect(throws: WeightsError.self) { try values(file) }
    let same = Pickle.file(
      storage: "ByteStorage", count: 6, shape: [2], strides: [5], type: "uint8", data: six)
    #expect(throws: Never.self) { try values(same) }
  }

  @Test func foreignClassesAreNotRun() throws {
    for (module, name) in [("os", "system"), ("builtins", "eval"), ("torch.nn", "Linear")] {
      var pickle = Pickle()
      pickle.global(module, name)
      pickle.text("touch /nowhere")
      pickle.raw([0x85])
      pickle.raw("R.")
      try WeightFiles.withFile(WeightFiles.zip([("x/data.pkl", pickle.bytes)])) { path in
        let error = #expect(throws: WeightsError.self) { try PyTorchFile(contentsOf: path) }
        #expect(error?.description.contains("\"\(module).\(name)\" is no part") == true)
      }
    }
  }

  /// Protocol 4 with its short texts, frame, class on the stack and numbered memory.
  @Test func laterProtocol() throws {
    func short(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + Array(text.utf8) }
    var pickle = Pickle()
    pickle.raw([0x80, 4, 0x95] + WeightFiles.bytes(20, 8))
    pickle.raw(short("collections") + [0x94] + short("OrderedDict") + [0x94, 0x93])
    pickle.raw(")R")
    pickle.raw(short("layers") + [UInt8(ascii: "]")])
    pickle.tensor(storage: "ByteStorage", count: 6, shape: [2], strides: [1])
    pickle.raw("a")
    pickle.integer(7)
    pickle.raw("as.")
    let file = WeightFiles.zip([("x/data.pkl", pickle.bytes), ("x/data/0", six)])
    try WeightFiles.withFile(file) { path in
      let file = try PyTorchFile(contentsOf: path)
      #expect(file.names == ["layers.0"])
      #expect(try file.array("layers.0") == WeightArray(shape: [2], values: [0, 1]))
      #expect(throws: WeightsError.missing(path: path, name: "a")) { try file.array("a") }
    }
  }

  @Test(arguments: [
    "", ".", "N", "(", "t.", "0.", "}Na.", "]NNs.", "h\u{1}.", "NR.", "))R.", "Q.", "NQ.", "X",
    "cos", "I1\n.", "}Nb", "](\u{2}", "Z.",
  ]) func brokenPickles(_ instructions: String) throws {
    var pickle = Pickle()
    pickle.raw(instructions)
    try WeightFiles.withFile(WeightFiles.zip([("x/data.pkl", pickle.bytes)])) { path in
      #expect(throws: WeightsError.self) { try PyTorchFile(contentsOf: path) }
    }
  }

  /// Pickles that are small and mean to take a machine's memory, stack or time.
  @Test func bombs() throws {
    var deep = Pickle()
    for _ in 0..<100_000 { deep.raw("]") }
    for _ in 0..<99_999 { deep.raw("a") }
    deep.raw(".")
    var circle = Pickle()
    circle.raw([UInt8(ascii: "]"), UInt8(ascii: "q"), 0, UInt8(ascii: "h"), 0])
    circle.raw("a.")
    // Each list holds the one before twice.
    var doubling = Pickle()
    doubling.raw("]")
    for _ in 0..<60 { doubling.raw([UInt8(ascii: "q"), 0] + Array("](h\0h\0e".utf8)) }
    doubling.raw(".")
    var endless = Pickle()
    endless.raw([UInt8](repeating: UInt8(ascii: "N"), count: 5_000_000))
    endless.raw(".")
    for pickle in [deep, circle, doubling, endless] {
      try WeightFiles.withFile(WeightFiles.zip([("x/data.pkl", pickle.bytes)])) { path in
        #expect(throws: WeightsError.self) { try PyTorchFile(contentsOf: path) }
      }
    }
  }

  @Test func sameNameTwiceIsRefused() throws {
    var pickle = Pickle()
    pickle.raw("}(")
    pickle.text("a.b")
    pickle.tensor(storage: "ByteStorage", count: 6, shape: [1], strides: [1])
    pickle.text("a")
    pickle.raw("}")
    pickle.text("b")
    pickle.tensor(storage: "ByteStorage", count: 6, shape: [1], strides: [1])
    pickle.raw("su.")
    let file = WeightFiles.zip([("x/data.pkl", pickle.bytes), ("x/data/0", six)])
    #expect(throws: WeightsError.self) { try values(file) }
  }

  @Test func otherContainers() throws {
    let sound = Pickle.file(
      storage: "ByteStorage", count: 6, shape: [6], strides: [1], data: six)
    #expect(try values(sound) == [0, 1, 2, 3, 4, 5])
    // Every file that ends early, and a folder or description that is missing.
    for length in 0..<sound.count {
      #expect(throws: WeightsError.self) { try values(Array(sound.prefix(length))) }
    }
    #expect(throws: WeightsError.self) { try values(WeightFiles.zip([("data.pkl", [])])) }
    #expect(throws: WeightsError.self) { try values(WeightFiles.zip([("x/other", [])])) }
    #expect(throws: WeightsError.self) { try values(WeightFiles.zip([("x/a", []), ("x/a", [])])) }
    for (file, cure) in [
      (WeightFiles.zip([("x/data.pkl", [])], method: 8), "torch.save"),
      (WeightFiles.zip([("x/data.pkl", []), ("x/byteorder", Array("big".utf8))]), "little-endian"),
      ([UInt8](repeating: 0, count: 257) + Array("ustar".utf8), "save it again"),
    ] {
      try WeightFiles.withFile(file) { path in
        let error = #expect(throws: WeightsError.self) { try WeightFile.open(path) }
        #expect(error?.description.contains(cure) == true)
      }
    }
  }
}
