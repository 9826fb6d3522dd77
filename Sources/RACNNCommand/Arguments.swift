public import ArgumentParser
public import ImageDatasets
public import RACNN

extension Split: ExpressibleByArgument {}

extension BoxPolicy: ExpressibleByArgument {}

extension BackboneArchitecture: ExpressibleByArgument {
  /// All of them, for help.
  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
