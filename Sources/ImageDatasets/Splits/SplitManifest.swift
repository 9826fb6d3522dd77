import Files

/// Which photo is in which split: written to a run, so that it can go on with the same ones.
public struct SplitManifest: Codable, Hashable, Sendable {
  /// The version of this format that is written and read.
  public static let currentVersion = 1

  /// The version of this format.
  public let version: Int
  /// The class names, in the order of the labels.
  public let classNames: [String]
  /// The photos' paths, relative to the root, by the raw value of their split.
  public let files: [String: [String]]
  /// The paths of photos that were left out because they cannot be read; nil when there are none.
  public let omitted: [String]?
  /// A SHA-256 over the paths, sizes and class names of all photos.
  public let fingerprint: String
}

extension SplitManifest {
  /// Gives each photo of `listing` its split, after making sure that nothing has changed.
  func assign(_ listing: inout DatasetListing, root: String) throws(DatasetError) {
    guard version == Self.currentVersion else {
      throw .invalidManifest(
        reason: "it is of version \(version), and version \(Self.currentVersion) is read")
    }
    var splits: [String: Split] = [:]
    for (name, paths) in files.sorted(by: { $0.key < $1.key }) {
      guard let split = Split(rawValue: name) else {
        throw .invalidManifest(reason: "there is no split \(name)")
      }
      for path in paths where splits.updateValue(split, forKey: path) != nil {
        throw .invalidManifest(reason: "\(path) is in it twice")
      }
    }
    let omitted = Set(omitted ?? [])
    listing.omit { omitted.contains($0) }
    for index in listing.items.indices {
      let path = listing.items[index].path
      guard let split = splits.removeValue(forKey: path) else {
        throw .changed(root: root, difference: "\(path) is new")
      }
      listing.items[index].split = split
    }
    if let path = splits.keys.min(by: precedes) {
      let rest = splits.count > 1 ? " (and \(splits.count - 1) more)" : ""
      throw .changed(root: root, difference: "\(path)\(rest) is missing")
    }
    guard listing.fingerprint == fingerprint else {
      throw .changed(root: root, difference: "a photo has another size or class")
    }
  }
}

extension DatasetListing {
  /// A SHA-256 over paths, sizes and class names in the order of the paths.
  var fingerprint: String {
    var hash = SHA256()
    for item in items {
      // No path holds a zero byte, so no two lists give the same bytes.
      hash.update(Array("\(item.path)\0\(item.file.size)\0\(item.className)\0".utf8))
    }
    return hash.hexadecimal()
  }
}
