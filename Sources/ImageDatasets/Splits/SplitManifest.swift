import Files

/// Which photo is in which split: written to a run, so that it can go on with the same ones.
public struct SplitManifest: Codable, Hashable, Sendable {
  /// By what it is known whether a photo has changed.
  public struct Entry: Codable, Hashable, Sendable {
    /// The class.
    public let className: String
    /// The file's size.
    public let bytes: Int
    /// The SHA-256 of the file's content; nil where it was not read.
    public var sha256: String?
  }

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
  /// What is known of each photo, by path; nil in runs of before it was written.
  public private(set) var photos: [String: Entry]?
  /// A SHA-256 over the paths, sizes and class names of all photos.
  public let fingerprint: String
}

extension SplitManifest {
  /// Notes the contents of photos.
  ///
  /// - Parameter digest: The SHA-256 of the photo at a path below the root; nil where it is not known.
  public mutating func addDigests(_ digest: (String) -> String?) {
    for path in files.values.joined() { photos?[path]?.sha256 = digest(path) }
  }

  /// Gives each photo of `listing` its split, after making sure that none of them has changed; those that
  /// came since are taken out.
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
    listing.omitAdded { splits[$0] != nil }
    for index in listing.items.indices {
      let path = listing.items[index].path
      listing.items[index].split = splits.removeValue(forKey: path)
      if let known = photos?[path] {
        try compare(listing.items[index], with: known, root: root)
      }
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

extension SplitManifest {
  private func compare(
    _ item: DatasetListing.Item, with known: Entry, root: String
  ) throws(DatasetError) {
    guard item.className == known.className else {
      throw .changed(
        root: root,
        difference: "\(item.path) is of class \(item.className), not of "
          + known.className)
    }
    guard item.file.size == known.bytes else {
      throw .changed(
        root: root,
        difference: "\(item.path) has \(item.file.size) bytes and had \(known.bytes)")
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
