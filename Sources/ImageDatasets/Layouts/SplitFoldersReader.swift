/// Reads folders train, val (or valid, validation) and test of class folders.
struct SplitFoldersReader {
  let root: String

  /// Whether a folder of `folder` is a split: named as one, and holding folders.
  ///
  /// A folder "train" that holds photos is a class of vehicles.
  static func recognizes(_ folder: Folder, root: String) throws(DatasetError) -> Bool {
    for entry in folder.folders where Split(folder: entry.name) != nil {
      let content = try Folder(root + "/" + entry.name)
      if content.photos.isEmpty && !content.folders.isEmpty { return true }
    }
    return false
  }

  func read(_ folder: Folder, needsTraining: Bool) throws(DatasetError) -> DatasetListing {
    var listing = DatasetListing(layout: .splitFolders)
    var found: [Split: String] = [:]
    let classes = ClassFoldersReader(root: root)
    for entry in folder.entries {
      guard entry.isFolder, let split = Split(folder: entry.name) else {
        listing.skip(entry, path: entry.name, root: root)
        continue
      }
      let path = root + "/" + entry.name
      if let other = found.updateValue(path, forKey: split) {
        throw .ambiguousSplit(first: other, second: path)
      }
      let count = listing.items.count
      // A class that lacks photos elsewhere is scored without; one that lacks them here is no class.
      try classes.append(
        try Folder(path), prefix: entry.name + "/", split: split, allowingEmpty: split != .train,
        to: &listing)
      guard listing.items.count > count else { throw .emptySplit(path: path) }
    }
    guard found[.train] != nil || !needsTraining else {
      let names = folder.folders.filter { Split(folder: $0.name) != nil }.map(\.name)
      throw .missingTraining(root: root, found: names.joined(separator: " and "))
    }
    return listing
  }
}
