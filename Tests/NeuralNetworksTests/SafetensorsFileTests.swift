import Files
import NeuralNetworks
import Tensors
import Testing

@Suite struct SafetensorsFileTests {
  private let arrays: [(String, WeightArray)] = [
    ("scales.0.weight", WeightArray(shape: [2, 3], values: [1, -2, 3.5, .infinity, 0, -0.0])),
    ("é \"quoted\"\n", WeightArray(shape: [], values: [42])),
    ("a", WeightArray(shape: [0, 5], values: [])),
    ("bias", WeightArray(shape: [1], values: [.leastNonzeroMagnitude])),
  ]

  @Test(arguments: [true, false]) func roundTrip(_ addingChecksum: Bool) throws {
    try WeightFiles.withFolder { folder in
      let path = folder + "/a.safetensors"
      let metadata = ["names": #"["x\"y","\u00e9\n"]"#, "tab\t\u{1}": "\\"]
      try SafetensorsFile.write(
        arrays, metadata: metadata, to: path, addingChecksum: addingChecksum)
      let file = try SafetensorsFile(contentsOf: path)
      #expect(file.names == ["a", "bias", "scales.0.weight", "é \"quoted\"\n"])
      for (name, array) in arrays { #expect(try file.array(name) == array) }
      var found = file.metadata
      #expect((found.removeValue(forKey: SafetensorsFile.checksumKey) != nil) == addingChecksum)
      #expect(
        (found.removeValue(forKey: SafetensorsFile.headerChecksumKey) != nil) == addingChecksum)
      #expect(found == metadata)
      #expect(try file.strings("names") == ["x\"y", "é\n"])
      #expect(try file.strings("nothing") == nil)
      #expect(throws: WeightsError.self) { try file.strings("tab\t\u{1}") }
      try file.verifyChecksum()
      #expect(throws: WeightsError.missing(path: path, name: "b")) { try file.array("b") }

      let bytes = try FileReader.bytes(path)
      let length = (0..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
      #expect((8 + length) % 64 == 0)
      try SafetensorsFile.write(
        arrays, metadata: metadata, to: path + "2", addingChecksum: addingChecksum)
      #expect(try FileReader.bytes(path + "2") == bytes)
      if addingChecksum {
        // A letter of the metadata that leaves the header sound.
        var renamed = bytes
        let place = try #require(bytes.firstRange(of: Array("names".utf8))).lowerBound
        renamed[place] ^= 2
        try AtomicFile.write(renamed, to: path)
        let other = try SafetensorsFile(contentsOf: path)
        #expect(throws: WeightsError.self) { try other.verifyChecksum() }
      }
      var damaged = bytes
      damaged[bytes.count - 1] ^= 1
      try AtomicFile.write(damaged, to: path)
      let other = try SafetensorsFile(contentsOf: path)
      if addingChecksum {
        #expect(throws: WeightsError.self) { try other.verifyChecksum() }
      } else {
        try other.verifyChecksum()
      }
    }
  }

  /// Each row is rounded to whole numbers of 1/127 of its greatest value, in a file that the store
  /// reads, lent or not, and writes again as it is.
  @Test func matricesAreQuantized() throws {
    try WeightFiles.withFolder { folder in
      let values: [Float] = [1, 127, -126.6, 0.4, 0, 0, 0, -0.0, 3e-5, -1e-5, 0.7e-5, 1e-9]
      let arrays: [(String, WeightArray)] = [
        ("matrix", WeightArray(shape: [3, 4], values: values)),
        ("row", WeightArray(shape: [2], values: [1.0001, 2])),
        ("none", WeightArray(shape: [1, 2], values: [1, .infinity])),
      ]
      let path = folder + "/a.safetensors"
      try SafetensorsFile.write(
        arrays, metadata: [:], to: path, quantized: ["matrix", "row", "none", "absent"])
      let bytes = try FileReader.bytes(path)
      let header = String(decoding: bytes.prefix(600), as: UTF8.self)
      #expect(header.contains(#""matrix_scale":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}"#))
      #expect(header.contains(#""row":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}"#))
      #expect(header.contains(#""matrix":{"dtype":"I8","shape":[3,4],"data_offsets":[28,40]}"#))
      let file = try SafetensorsFile(contentsOf: path)
      try file.verifyChecksum(isRequired: true)
      #expect(
        try file.array("matrix").values == [1, 127, -127, 0, 0, 0, 0, 0, 127, -42, 30, 0])
      for lending in [false, true] {
        let store = ParameterStore(seed: 1)
        for (name, array) in arrays {
          _ = store.scope.parameter(name, Shape(array.shape), .zeros)
        }
        try store.load(file, lending: lending)
        let read = try #require(store["matrix"]).value.values
        #expect(read.prefix(8) == [1, 127, -127, 0, 0, 0, 0, 0])
        for (a, b) in zip(values, read).dropFirst(8) { #expect(abs(a - b) <= 3e-5 / 253) }
        #expect(store["row"]?.value.values == [1.0001, 2])
        #expect(store["none"]?.value.values == [1, .infinity])
        let copy = folder + "/b.safetensors"
        try SafetensorsFile.write(store.snapshot(), metadata: [:], to: copy, quantized: ["matrix"])
        #expect(try FileReader.bytes(copy) == bytes)
      }
    }
  }

  /// Whole numbers without scales are themselves; scales that do not fit are an error.
  @Test func scalesMustFit() throws {
    try WeightFiles.withFolder { folder in
      func load(_ members: String, _ floats: [Float]) throws -> [Float]? {
        let path = folder + "/a.safetensors"
        let header = #"{"w":{"dtype":"I8","shape":[2,2],"data_offsets":[0,4]}\#(members)}"#
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        bytes += Array(header.utf8) + [1, 2, 3, 0xff] + floats.withUnsafeBytes { Array($0) }
        try AtomicFile.write(bytes, to: path)
        let store = ParameterStore(seed: 1)
        _ = store.scope.parameter("w", [2, 2], .zeros)
        try store.load(SafetensorsFile(contentsOf: path))
        return store["w"]?.value.values
      }
      func scales(_ count: Int) -> String {
        #","w_scale":{"dtype":"F32","shape":[\#(count)],"data_offsets":[4,\#(4 + 4 * count)]}"#
      }
      let (plain, scaled) = (try load("", []), try load(scales(2), [0.5, 2]))
      #expect(plain == [1, 2, 3, -1] && scaled == [0.5, 1, 6, -2])
      for count in [1, 3] {
        #expect(throws: WeightsError.self) {
          try load(scales(count), [Float](repeating: 1, count: count))
        }
      }
    }
  }

  @Test func namesThatAreTakenAreNotWritten() throws {
    try WeightFiles.withFolder { folder in
      for name in ["a", "__metadata__"] {
        #expect(throws: WeightsError.self) {
          try SafetensorsFile.write(
            arrays + [(name, arrays[3].1)], metadata: [:], to: folder + "/a")
        }
        #expect(!WeightFiles.exists(folder + "/a"))
      }
      #expect(throws: WeightsError.self) {
        try SafetensorsFile.write(arrays, metadata: [:], to: folder + "/missing/a")
      }
      #expect(throws: WeightsError.self) { try SafetensorsFile(contentsOf: folder + "/a") }
    }
  }

  @Test(
    arguments: [
      ("BOOL", [0, 1, 2], [0, 1, 1]), ("U8", [0, 255], [0, 255]),
      ("I8", [0x80, 0x7f], [-128, 127]),
      ("U16", [0xff, 0xff], [65_535]), ("I16", [0, 0x80], [-32_768]),
      ("U32", [0, 0, 0, 0x80], [2_147_483_648]), ("I32", [0xfe, 0xff, 0xff, 0xff], [-2]),
      ("U64", [0, 0, 0, 0, 0, 0, 0, 0x80], [9_223_372_036_854_775_808]),
      ("I64", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [-1]),
      ("F16", [0, 0xbc, 1, 0, 0, 0x7c], [-1, 5.960464477539063e-08, .infinity]),
      ("BF16", [0x80, 0x3f, 0x40, 0xc0], [1, -3]), ("F32", [0, 0, 0x20, 0x41], [10]),
      ("F64", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f], [1.5]),
    ] as [(String, [UInt8], [Float])]) func elementTypes(
      _ type: String, _ data: [UInt8], _ values: [Float]
    ) throws
  {
    // A name of odd length puts the values at an odd address.
    for name in ["a", "ab"] {
      let json = """
        {"\(name)":{"dtype":"\(type)","shape":[\(values.count)],"data_offsets":[0,\(data.count)]}}
        """
      try WeightFiles.withFile(WeightFiles.safetensors(json, data: data)) { path in
        let found = try SafetensorsFile(contentsOf: path).array(name)
        #expect(found.values == values)
      }
    }
  }

  @Test func typesThatAreNotConvertedSayWhatToDo() throws {
    let json = #"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}"#
    try WeightFiles.withFile(WeightFiles.safetensors(json, data: [1, 2])) { path in
      let file = try SafetensorsFile(contentsOf: path)
      let error = #expect(throws: WeightsError.self) { try file.array("a") }
      #expect(error?.description.hasSuffix("store it as F32") == true)
      #expect(try WeightProbe.probe(path).tensors == 1)
    }
  }

  private static let one = #""dtype":"U8","shape":[1],"data_offsets":[0,1]"#

  @Test(arguments: [
    "", "{", "[]", "nul", "{}x", "{} {}", "{,}", #"{"a":}"#, #"{"a":1}"#, #"{"a":{}}"#,
    "{\"a\":{\(one)},}", "{\"a\":{\(one),}}", "{\"a\":{\(one),\"shape\":[1]}}",
    "{\"a\":{\(one)},\"a\":{\(one)}}", "{\"a\":{\(one)},\"\\u0061\":{\(one)}}",
    "{\"a\":{\(one)},\"__metadata__\":{},\"__metadata__\":{}}",
    "{\"a\":{\(one)},\"__metadata__\":[]}", "{\"a\":{\(one),\"x\":01}}",
    "{\"a\":{\(one),\"x\":tru}}", "{\"a\":{\(one),\"x\":1.}}", "{\"a\":{\(one),\"x\":-}}",
    "{\"a\":{\(one),\"x\":\"\\x\"}}", "{\"a\":{\(one),\"x\":\"\\ud800\\u0041\"}}",
    "{\"a\":{\(one),\"x\":\"\t\"}}", "{\"a\tb\":{\(one)}}", "{\"a:{\(one)}}",
    #"{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}"#,
    #"{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}"#,
    #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}"#,
    #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}}"#,
    #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
    #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
    #"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,1]}}"#,
    #"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}}"#,
    String(repeating: "[", count: 100_000),
    "{\"a\":{\(one),\"x\":" + String(repeating: "[", count: 100_000) + "}}",
  ]) func malformedHeaders(_ json: String) throws {
    try WeightFiles.withFile(WeightFiles.safetensors(json, data: [7])) { path in
      let error = #expect(throws: WeightsError.self) { try SafetensorsFile(contentsOf: path) }
      guard case .malformed = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test(arguments: [
    "{\"a\":{\(one)}}", " \n\t\r{ \"a\" : { \(one) } } ", "{\"a\":{\(one)},\"__metadata__\":null}",
    "{\"a\":{\(one),\"x\":[1,-2.5e+3,{\"y\":[]},null,true,false,\"\\ud83d\\ude00\"]}}",
  ]) func soundHeaders(_ json: String) throws {
    try WeightFiles.withFile(WeightFiles.safetensors(json, data: [7])) { path in
      let found = try SafetensorsFile(contentsOf: path).array("a")
      #expect(found.values == [7])
    }
  }
}
