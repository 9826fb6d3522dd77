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
    let bytes: [UInt8]
    do { bytes = try FileReader.bytes(path, limit: Self.byteLimit) } catch { throw .file(error) }
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)),
      let values = object as? [String: Any]
    else { throw .configuration(path: path, problem: "this is no JSON object") }
    self.path = path
    self.values = values
  }

  /// Nil where there is no such file; one that cannot be read is an error.
  static func ifPresent(_ path: String) throws(LanguageError) -> ConfigurationFile? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try ConfigurationFile(path)
  }

  /// The text of that name, nil where there is none.
  func text(_ name: String) -> String? { values[name] as? String }

  /// The truth of that name, nil where there is none.
  func flag(_ name: String) -> Bool? { values[name] as? Bool }

  /// A whole number from 1 on; `otherwise` where there is none.
  func size(_ name: String, _ otherwise: Int) throws(LanguageError) -> Int {
    guard let value = values[name], !(value is NSNull) else { return otherwise }
    guard let number = value as? NSNumber, let size = Int(exactly: number.doubleValue),
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
    guard let number = value as? NSNumber, range.contains(number.floatValue) else {
      throw .configuration(
        path: path, problem: "\(name) is no number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number.floatValue
  }

  /// A non-linearity by Hugging Face's name.
  func activation(
    _ name: String, _ otherwise: TransformerConfiguration.Activation
  ) throws(LanguageError) -> TransformerConfiguration.Activation {
    switch text(name) {
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
    guard let found = text("model_type"), found != type else { return }
    throw .unsupported(
      path: path, problem: "model_type is \(found.debugDescription)",
      cure: "give a folder with a model of the type \"\(type)\"")
  }
}
