import Files
import Images

/// What a reader found in a folder, before the splits that are missing are made.
struct DatasetListing {
  /// A photo as it was found.
  struct Item {
    /// Relative to the root.
    let path: String
    let className: String
    /// Nil when the layout does not say.
    var split: Split?
    let box: Rectangle?
    let file: FileStatus
  }

  let layout: DatasetLayout
  var items: [Item] = []
  /// Files that are no photos, and folders that are not looked into.
  private(set) var skipped = 0
  /// Those of them that seem to be photos.
  private(set) var stray: [StrayPhoto] = []
  /// Photos that were taken out of `items`, in their order.
  private(set) var omitted: [String] = []
  /// Those that were taken out for not being in a list of splits, in their order.
  private(set) var added: [String] = []

  init(layout: DatasetLayout) {
    self.layout = layout
  }

  /// Passes over what lies at `path` below `root`.
  mutating func skip(_ entry: Folder.Entry, path: String, root: String, isSheet: Bool = false) {
    skipped += 1
    if !isSheet, let photo = StrayPhoto(entry, path: path, root: root) { stray.append(photo) }
  }

  /// Takes out the photos whose paths a closure denies.
  mutating func omit(_ isUnwanted: (String) -> Bool) {
    omitted += take(isUnwanted)
  }

  /// Takes out the photos whose paths a closure does not know.
  mutating func omitAdded(_ isKnown: (String) -> Bool) {
    added += take { !isKnown($0) }
  }

  private mutating func take(_ isUnwanted: (String) -> Bool) -> [String] {
    let paths = items.map(\.path).filter(isUnwanted)
    let unwanted = Set(paths)
    items.removeAll { unwanted.contains($0.path) }
    return paths
  }

  /// Reads the folder `root` in the layout that it has.
  ///
  /// - Parameter needsTraining: whether a folder without training photos is an error.
  init(contentsOf root: String, needsTraining: Bool) throws(DatasetError) {
    // Where one of the lists is missing, reading says so.
    if ["images.txt", "image_class_labels.txt"].contains(where: {
      FileSystem.exists(root + "/" + $0)
    }) {
      self = try CaltechBirdsReader(root: root).read()
    } else {
      let folder = try Folder(root)
      if try SplitFoldersReader.recognizes(folder, root: root) {
        self = try SplitFoldersReader(root: root).read(folder, needsTraining: needsTraining)
      } else {
        self = try ClassFoldersReader(root: root).read(folder)
      }
    }
    // The order in which a file system gives its files is its own affair.
    items.sort { precedes($0.path, $1.path) }
    var seen: [FileStatus.Identity: String] = [:]
    for item in items {
      if let other = seen.updateValue(item.path, forKey: item.file.identity) {
        throw .duplicate(path: root + "/" + item.path, other: root + "/" + other)
      }
    }
  }
}
