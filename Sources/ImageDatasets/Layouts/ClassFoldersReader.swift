/// Reads a folder of class folders.
struct ClassFoldersReader {
  let root: String

  func read(_ folder: Folder) throws(DatasetError) -> DatasetListing {
    guard !folder.folders.isEmpty else {
      throw .noClasses(root: root, photos: folder.photos.count)
    }
    var listing = DatasetListing(layout: .classFolders)
    try append(folder, prefix: "", split: nil, allowingEmpty: false, to: &listing)
    return listing
  }

  /// Appends the photos in the class folders of `folder`, which lies at `prefix` below the root.
  func append(
    _ folder: Folder, prefix: String, split: Split?, allowingEmpty: Bool,
    to listing: inout DatasetListing
  ) throws(DatasetError) {
    for entry in folder.entries {
      let path = prefix + entry.name
      guard entry.isFolder else {
        listing.skip(entry, path: path, root: root)
        continue
      }
      let content = try Folder(root + "/" + path)
      if content.isRun(root + "/" + path) { continue }
      let photos = content.photos
      guard allowingEmpty || !photos.isEmpty else {
        throw .emptyClass(
          name: entry.name, path: root + "/" + path, subfolders: content.folders.count)
      }
      let used = Set(photos.map(\.name))
      for other in content.entries where !used.contains(other.name) {
        // Photos that are not used here are contact sheets.
        listing.skip(
          other, path: path + "/" + other.name, root: root, isSheet: other.isPhoto)
      }
      for photo in photos {
        listing.items.append(
          .init(
            path: path + "/" + photo.name, className: entry.name, split: split, box: nil,
            file: photo.file))
      }
    }
  }
}
