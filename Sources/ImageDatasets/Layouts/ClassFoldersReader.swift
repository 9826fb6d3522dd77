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
      guard entry.isFolder else {
        listing.skipped += 1
        continue
      }
      let path = prefix + entry.name
      let content = try Folder(root + "/" + path)
      let photos = content.photos
      guard allowingEmpty || !photos.isEmpty else {
        throw .emptyClass(
          name: entry.name, path: root + "/" + path, subfolders: content.folders.count)
      }
      listing.skipped += content.entries.count - photos.count
      for photo in photos {
        listing.items.append(
          .init(
            path: path + "/" + photo.name, className: entry.name, split: split, box: nil,
            file: photo.file))
      }
    }
  }
}
