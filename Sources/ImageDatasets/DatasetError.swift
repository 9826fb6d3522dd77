/// What can be wrong with a folder of photos.
///
/// The description is one line that names the file (and the line in it), and what to do.
public enum DatasetError: Error, Hashable, Sendable {
  /// A file or folder cannot be read.
  case unreadable(path: String, reason: String)
  /// A file's name is not UTF-8 text; `name` is it with the odd bytes replaced.
  case unreadableName(folder: String, name: String)
  /// The folder has none of the known layouts; `photos` lie directly in it.
  case noClasses(root: String, photos: Int)
  /// All photos are of the one class `name`.
  case singleClass(root: String, name: String)
  /// A class has no photo at `path` (a folder or a list).
  case emptyClass(name: String, path: String, subfolders: Int)
  /// No photo of a class or split can be read; `first` is one of them.
  case unreadablePhotos(of: String, first: String)
  /// A split has a folder but no photo.
  case emptySplit(path: String)
  /// Folders for other splits are there, but none to train on.
  case missingTraining(root: String, found: String)
  /// Two folders claim to be the same split.
  case ambiguousSplit(first: String, second: String)
  /// A photo's class is none that is trained.
  case unknownClass(name: String, path: String)
  /// A photo's class is none of those that a model has learned.
  case otherClass(name: String, path: String)
  /// Two paths lead to the same file.
  case duplicate(path: String, other: String)
  /// A line of a list cannot be taken; `reason` says why and what to do.
  case malformedLine(file: String, line: Int, reason: String)
  /// A part of a data set to hold back is not at least 0 and less than 1.
  case invalidFraction(Split, Double)
  /// The data set is no longer that of the manifest; `difference` names one thing that differs.
  case changed(root: String, difference: String)
  /// The manifest contradicts itself or is of an unknown version.
  case invalidManifest(reason: String)
}

extension DatasetError: CustomStringConvertible {
  /// What is wrong and where, and what to do about it, in one line.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "cannot read \(path): \(reason)"
    case .unreadableName(let folder, let name):
      "\(folder) holds a file whose name is not UTF-8 text (\(name)): rename it"
    case .noClasses(let root, let photos):
      "\(root) holds no class folders\(photos > 0 ? " (but \(photos) photos)" : ""): put the "
        + "photos (.jpg, .jpeg, .png) of each class into a folder of its own, named after the class"
    case .singleClass(let root, let name):
      "\(root) holds photos of one class only (\(name)): add a folder for each other class"
    case .emptyClass(let name, let path, let subfolders):
      "class \(name) has no photo in \(path)"
        + (subfolders > 1
          ? " (its \(subfolders) subfolders are not looked into)"
          : subfolders > 0 ? " (its subfolder is not looked into)" : "")
        + ": add photos (.jpg, .jpeg, .png), or remove the class"
    case .unreadablePhotos(let what, let first):
      "no photo of \(what) can be read (such as \(first)): replace them, or remove \(what)"
    case .emptySplit(let path):
      "\(path) holds no photo: add some, or remove the folder, and the split is cut from train"
    case .missingTraining(let root, let found):
      "\(root) holds \(found) but no train folder: add one, with a folder for each class"
    case .ambiguousSplit(let first, let second):
      "\(first) and \(second) are the same split: keep one of the two"
    case .unknownClass(let name, let path):
      "\(path) is of class \(name), of which there is no photo to train on: "
        + "add training photos of it, or remove it"
    case .otherClass(let name, let path):
      "\(path) is of class \(name), which the model has not learned: "
        + "leave it out, or train a model with photos of it"
    case .duplicate(let path, let other):
      "\(path) is the same file as \(other): remove one of the two"
    case .malformedLine(let file, let line, let reason):
      "\(file):\(line): \(reason)"
    case .invalidFraction(let split, let fraction):
      "the \(split.rawValue) part is \(fraction): it must be at least 0 and less than 1"
    case .changed(let root, let difference):
      "\(root) is not as it was when its splits were made: \(difference); "
        + "restore it, or start a new run"
    case .invalidManifest(let reason):
      "the list of splits cannot be used: \(reason); start a new run"
    }
  }
}
