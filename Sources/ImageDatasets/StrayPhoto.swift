/// What seems to be a photo, or a folder of them, and is not used.
public struct StrayPhoto: Hashable, Sendable {
  /// Why it is not.
  public enum Reason: String, Hashable, Sendable {
    /// It is, by its name, neither a JPEG nor a PNG file.
    case format = "of other formats than JPEG and PNG"
    /// It lies where no photos are looked for: not in a class's folder, or in a folder within that.
    case place = "in places where photos are not looked for"
  }

  /// Relative to the root.
  public let path: String
  /// Why it is not used.
  public let reason: Reason

  /// The endings of pictures that others read.
  private static let formats: Set = [
    "avif", "bmp", "cr2", "cr3", "dng", "gif", "heic", "heif", "jfif", "jp2", "jxl", "nef", "tif",
    "tiff", "webp",
  ]

  /// What is said of `entry`, which lies at `path` and is not used; nil where it is no photo.
  init?(_ entry: Folder.Entry, path: String, root: String) {
    if Self.formats.contains(entry.ending) && !entry.isFolder {
      reason = .format
    } else if entry.isPhoto {
      reason = .place
    } else if entry.isFolder, let content = try? Folder(root + "/" + path), !content.photos.isEmpty
    {
      reason = .place
    } else {
      return nil
    }
    self.path = path
  }
}
