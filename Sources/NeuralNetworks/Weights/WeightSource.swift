/// Something that holds named arrays: a weight file, or arrays in memory.
public protocol WeightSource {
  /// What messages call the source: the file's path.
  var path: String { get }
  /// The arrays' names, sorted by their UTF-8 bytes.
  var names: [String] { get }
  /// The array called `name`.
  ///
  /// - Throws: `WeightsError.missing` when there is none of that name, and the other cases when its
  ///   values cannot be had.
  func array(_ name: String) throws(WeightsError) -> WeightArray
}

extension WeightSource {
  /// Arrays that are in no file say so.
  public var path: String { "the arrays in memory" }
}

extension Sequence<String> {
  /// The names in the order of their UTF-8 bytes, which is the same on every system.
  func sortedByBytes() -> [String] {
    // Swift compares strings by their canonical Unicode form, files compare bytes.
    sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
