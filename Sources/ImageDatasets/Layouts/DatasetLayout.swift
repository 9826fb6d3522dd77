/// How a data set lies in its folder.
public enum DatasetLayout: String, Codable, Sendable {
  /// A folder for each class, named after it, with the class's photos directly in it.
  case classFolders
  /// Folders `train`, `val` (or `valid`, `validation`) and `test`, each with a folder for each class.
  ///
  /// All but `train` may be missing.
  case splitFolders
  /// The layout of CUB-200-2011: lists `images.txt`, `image_class_labels.txt`, `classes.txt`, and
  /// optionally `train_test_split.txt` and `bounding_boxes.txt`, beside a folder `images`.
  case caltechBirds
}
