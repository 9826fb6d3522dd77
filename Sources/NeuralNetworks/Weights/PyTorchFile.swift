internal import Files

/// A file of tensors that PyTorch's `torch.save` wrote: the zip format, or the pickles before it.
///
/// Tensors are named by their path in what was saved, keys and indices joined by dots; those of a
/// state dict have its names. Nothing in the file is run: classes other than those of weights are
/// refused. Values are converted when they are asked for.
public struct PyTorchFile: WeightSource, Sendable {
  /// The file's name.
  public let path: String
  /// The tensors' names, sorted by their UTF-8 bytes.
  public let names: [String]
  private let views: [String: ElementView]
  private let file: FileBytes

  /// Opens the file at `path`, and checks that all of its tensors lie within it.
  public init(contentsOf path: String) throws(WeightsError) {
    let file: FileBytes
    do { file = try FileBytes(path) } catch { throw .file(error) }
    try self.init(file)
  }

  init(_ file: FileBytes) throws(WeightsError) {
    let views = try file.withBytes { bytes throws(WeightsError) in
      try PyTorchLayout(bytes, path: file.path).views
    }
    self.file = file
    self.views = views
    path = file.path
    names = views.keys.sortedByBytes()
  }

  /// The tensor called `name`, its values in row-major order.
  public func array(_ name: String) throws(WeightsError) -> WeightArray {
    let elements = try elements(name)
    guard let values = file.withBytes({ elements.floats(in: $0) }) else {
      throw .unsupported(
        path: path, place: "tensor \(name.inMessage)",
        problem: "elements of type \(elements.type.rawValue) cannot be converted",
        cure: "save it as float32")
    }
    return WeightArray(shape: elements.shape, values: values)
  }
}

extension PyTorchFile: StoredElements {
  func elements(_ name: String) throws(WeightsError) -> ElementView {
    guard let view = views[name] else { throw .missing(path: path, name: name) }
    return view
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    file.withBytes(body)
  }
}
