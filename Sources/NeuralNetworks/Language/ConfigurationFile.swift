internal import Files
internal import Foundation

/// The values of a JSON object that describes a model, checked one by one as they are asked for.
struct ConfigurationFile {
  let path: String
  private let values: [String: Any]

  private static let byteLimit = 1 << 20
  /// Greater sizes than any network has would only exhaust memory.
  private static let sizeLimit = 1 << 20
  private static let weightLimit = 1 << 32

  init(_ path: String) throws(LanguageError) {
    guard let values = try Self.object(path) as? [String: Any] else {
      throw .configuration(path: path, problem: "this is no JSON object")
    }
    self.init(path: path, values: values)
  }

  /// Nil where there is no such file; one that cannot be read is an error.
  static func ifPresent(_ path: String) throws(LanguageError) -> ConfigurationFile? {
    guard FileSystem.exists(path) else { return nil }
    return try ConfigurationFile(path)
  }

  /// The objects of a JSON array; nil where there is no such file.
  static func list(_ path: String) throws(LanguageError) -> [ConfigurationFile]? {
    guard FileSystem.exists(path) else { return nil }
    guard let values = try object(path) as? [[String: Any]] else {
      throw .configuration(path: path, problem: "this is no JSON array of objects")
    }
    return values.map { ConfigurationFile(path: path, values: $0) }
  }

  private init(path: String, values: [String: Any]) {
    self.path = path
    self.values = values
  }

  private static func object(_ path: String) throws(LanguageError) -> Any? {
    let bytes: [UInt8]
    do { bytes = try FileReader.bytes(path, limit: byteLimit) } catch { throw .file(error) }
    return try? JSONSerialization.jsonObject(with: Data(bytes))
  }

  /// The text of that name, nil where there is none.
  func text(_ name: String) throws(LanguageError) -> String? { try value(name, "text") }

  /// The truth of that name, nil where there is none.
  func flag(_ name: String) throws(LanguageError) -> Bool? {
    guard let number: NSNumber = try value(name, "true or false") else { return nil }
    guard number.isBoolean else {
      throw .configuration(path: path, problem: "\(name) is not true or false")
    }
    return number.boolValue
  }

  /// The texts of that name, or the one; nil where there is none.
  func texts(_ name: String) throws(LanguageError) -> [String]? {
    if let list = values[name] as? [String] { return list }
    return try text(name).map { [$0] }
  }

  /// A length at most; nil where there is none, or a number that means none, as 1e30.
  func lengthLimit(_ name: String) throws(LanguageError) -> Int? {
    guard let number: NSNumber = try value(name, "a number") else { return nil }
    return number.doubleValue < Double(Self.sizeLimit) ? try size(name, 1) : nil
  }

  /// The names that begin so and are true.
  func flags(beginningWith start: String) -> [String] {
    values.keys.sorted().filter { $0.hasPrefix(start) && values[$0] as? Bool == true }
  }

  private func value<Value>(_ name: String, _ kind: String) throws(LanguageError) -> Value? {
    guard let value = values[name], !(value is NSNull) else { return nil }
    guard let value = value as? Value else {
      throw .configuration(path: path, problem: "\(name) is not \(kind)")
    }
    return value
  }

  /// A whole number from 1 on; `otherwise` where there is none.
  func size(_ name: String, _ otherwise: Int) throws(LanguageError) -> Int {
    guard let value = values[name], !(value is NSNull) else { return otherwise }
    guard let number = value as? NSNumber, !number.isBoolean,
      let size = Int(exactly: number.doubleValue),
      (1...Self.sizeLimit).contains(size)
    else {
      throw .configuration(path: path, problem: "\(name) is no size from 1 to \(Self.sizeLimit)")
    }
    return size
  }

  /// A number within a range; `otherwise` where there is none.
  func number(
    _ name: String, _ otherwise: Float, in range: ClosedRange<Float>
  ) throws(LanguageError) -> Float {
    guard let value = values[name], !(value is NSNull) else { return otherwise }
    guard let number = value as? NSNumber, !number.isBoolean, range.contains(number.floatValue)
    else {
      throw .configuration(
        path: path, problem: "\(name) is no number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number.floatValue
  }

  /// A non-linearity by Hugging Face's name.
  func activation(
    _ name: String, _ otherwise: TransformerConfiguration.Activation
  ) throws(LanguageError) -> TransformerConfiguration.Activation {
    switch try text(name) {
    case nil: return otherwise
    case "relu": return .relu
    case "gelu", "gelu_python": return .gelu
    case "gelu_new", "gelu_pytorch_tanh": return .geluTanh
    case let other?:
      throw .unsupported(
        path: path, problem: "\(name) is \(other.debugDescription)",
        cure: "give a model with \"gelu\", \"gelu_new\" or \"relu\"")
    }
  }

  /// Throws where a network of that many weights would be larger than any memory here.
  func expectMemory(for weights: Double) throws(LanguageError) {
    guard weights <= Double(Self.weightLimit) else {
      throw .configuration(
        path: path, problem: "the sizes make more than \(Self.weightLimit) weights")
    }
  }

  /// Throws unless `model_type` is that.
  func expectModel(_ type: String) throws(LanguageError) {
    guard let found = try text("model_type"), found != type else { return }
    throw .unsupported(
      path: path, problem: "model_type is \(found.debugDescription)",
      cure: "give a folder with a model of the type \"\(type)\"")
  }
}

extension NSNumber {
  /// Whether it was `true` or `false` in the JSON, which are numbers to Foundation.
  fileprivate var isBoolean: Bool { String(cString: objCType) == "c" }
}
