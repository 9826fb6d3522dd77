/// Runs the instructions of a Python pickle that builds weights, and of no other.
///
/// It is a machine on a stack, and executes nothing: classes and functions are those of
/// `PickleGlobal`, each of which has its meaning here, and any other ends the reading, as PyTorch's
/// `weights_only` does. Every instruction takes a bounded amount of memory, and their number is
/// bounded.
struct Unpickler {
  struct Problem: Error {
    var offset: Int
    var text: String
  }

  let reader: LittleEndianReader
  /// Where the next instruction lies.
  var position: Int
  var objects = PickleObjects()
  var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]
  private var instructions = 0

  /// A network of 100,000 tensors takes about 3 million.
  private static let instructionLimit = 1 << 22

  /// Reads pickles from `bytes`, which must outlive this value.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    reader = LittleEndianReader(bytes)
    self.position = position
  }

  func problem(_ text: String) -> Problem { Problem(offset: position, text: text) }

  /// Reads one pickle; `position` is behind it then.
  mutating func load() throws(Problem) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      try charge(1)
      let instruction = try byte()
      if instruction == UInt8(ascii: ".") { return try pop() }
      try execute(instruction)
    }
  }

  /// Counts `count` steps of work.
  mutating func charge(_ count: Int) throws(Problem) {
    instructions += count
    guard instructions <= Self.instructionLimit else {
      throw problem("there are more than \(Self.instructionLimit) instructions")
    }
  }

  // MARK: Operands

  private mutating func operand<Value>(_ size: Int, _ value: Value?) throws(Problem) -> Value {
    guard let value else { throw problem("the pickle ends within an instruction") }
    position += size
    return value
  }

  private mutating func byte() throws(Problem) -> UInt8 {
    try operand(1, reader.uint8(position))
  }

  private mutating func uint32() throws(Problem) -> UInt32 {
    try operand(4, reader.uint32(position))
  }

  private mutating func bytes(_ count: UInt64) throws(Problem) -> UnsafeRawBufferPointer {
    guard let range = reader.range(UInt64(position), count), let bytes = reader.slice(range) else {
      throw problem("a text or number of \(count) bytes ends outside the file")
    }
    position = range.upperBound
    return bytes
  }

  private mutating func text(_ count: UInt64) throws(Problem) -> PickleValue {
    guard let text = String(validating: try bytes(count), as: UTF8.self) else {
      throw problem("a text is not UTF-8")
    }
    return .text(text)
  }

  /// A text that ends at the end of a line.
  private mutating func line() throws(Problem) -> String {
    let start = position
    while try byte() != 0x0a {}
    guard let text = reader.text(start..<position - 1) else {
      throw problem("a text is not UTF-8")
    }
    return text
  }

  private mutating func integer(_ count: UInt64) throws(Problem) -> PickleValue {
    let bytes = try bytes(count)
    guard bytes.count <= 8 else { return .largeInteger(Array(bytes.prefix(64))) }
    var value: Int = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return .integer(value)
  }

  // MARK: Stack

  mutating func pop() throws(Problem) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw problem("the stack is empty")
    }
    return value
  }

  private mutating func popToMark() throws(Problem) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw problem("there is no mark")
    }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func pushTuple(_ count: Int) throws(Problem) {
    guard stack.count - (marks.last ?? 0) >= count else { throw problem("the stack is empty") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    stack.append(objects.tuple(values))
  }

  private func top() throws(Problem) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw problem("the stack is empty")
    }
    return value
  }

  private mutating func append(_ values: [PickleValue]) throws(Problem) {
    guard case .list(let index) = try top() else { throw problem("a value goes to no list") }
    objects.sequences[index] += values
  }

  private mutating func set(_ values: [PickleValue]) throws(Problem) {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw problem("a pair goes to no dictionary")
    }
    for i in stride(from: 0, to: values.count, by: 2) {
      objects.dictionaries[index].append((values[i], values[i + 1]))
    }
  }

  private mutating func recall(_ index: UInt32) throws(Problem) {
    guard let value = memo[index] else { throw problem("a value is recalled before it is there") }
    stack.append(value)
  }

  private func global(_ module: String, _ name: String) throws(Problem) -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw problem("\("\(module).\(name)".inMessage) is no part of weights and is not run")
    }
    return .global(global)
  }

  // MARK: Instructions

  private mutating func execute(_ instruction: UInt8) throws(Problem) {
    switch instruction {
    case 0x80:  // PROTO
      let version = try byte()
      guard (2...5).contains(version) else {
        throw problem("pickle protocol \(version) is unknown")
      }
    case 0x95: _ = try bytes(8)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(try operand(4, reader.int32(position)))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
    case UInt8(ascii: "M"):
      stack.append(.integer(Int(try operand(2, reader.uint16(position)))))
    case 0x8a: stack.append(try integer(UInt64(try byte())))
    case 0x8b: stack.append(try integer(UInt64(try uint32())))
    case UInt8(ascii: "G"):
      _ = try bytes(8)
      stack.append(.opaque)
    case UInt8(ascii: "X"), UInt8(ascii: "T"): stack.append(try text(UInt64(try uint32())))
    case 0x8c, UInt8(ascii: "U"): stack.append(try text(UInt64(try byte())))
    case 0x8d: stack.append(try text(try operand(8, reader.uint64(position))))
    case UInt8(ascii: "B"):
      _ = try bytes(UInt64(try uint32()))
      stack.append(.opaque)
    case UInt8(ascii: "C"):
      _ = try bytes(UInt64(try byte()))
      stack.append(.opaque)
    case UInt8(ascii: "]"), 0x8f: stack.append(objects.list())
    case UInt8(ascii: "}"): stack.append(objects.dictionary())
    case UInt8(ascii: ")"): try pushTuple(0)
    case 0x85: try pushTuple(1)
    case 0x86: try pushTuple(2)
    case 0x87: try pushTuple(3)
    case UInt8(ascii: "t"):
      let values = try popToMark()
      stack.append(objects.tuple(values))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try set([try pop(), value])
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "q"): memo[UInt32(try byte())] = try top()
    case UInt8(ascii: "r"): memo[try uint32()] = try top()
    case 0x94: memo[UInt32(memo.count)] = try top()
    case UInt8(ascii: "h"): try recall(UInt32(try byte()))
    case UInt8(ascii: "j"): try recall(try uint32())
    case UInt8(ascii: "c"):
      let module = try line()
      stack.append(try global(module, try line()))
    case 0x93:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw problem("a class has no name")
      }
      stack.append(try global(module, name))
    case UInt8(ascii: "i"):  // INST, of protocol 0: classes are refused by name, weights have none
      let module = try line()
      _ = try global(module, try line())
      throw problem("an object is made in an old way that weights do not use")
    case UInt8(ascii: "Q"): stack.append(try storage(try pop()))
    case UInt8(ascii: "R"), 0x81:
      let arguments = try pop()
      guard case .global(let global) = try pop(), case .tuple(let index) = arguments else {
        throw problem("something that is no function is called")
      }
      stack.append(try build(global, objects.sequences[index]))
    case UInt8(ascii: "b"):
      _ = try pop()
      // Attributes of a dictionary, PyTorch's `_metadata` for one, hold no weights.
      guard case .dictionary = try top() else { throw problem("attributes go to no dictionary") }
    default:
      throw problem("the instruction 0x\(String(instruction, radix: 16)) is unknown or not allowed")
    }
  }
}
