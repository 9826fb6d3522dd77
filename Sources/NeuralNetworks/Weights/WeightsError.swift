public import Files

/// What can go wrong with a file of weights.
public enum WeightsError: Error, Hashable, Sendable {
  /// The file cannot be read or written at all.
  case file(FileError)
  /// The file breaks its format: what is wrong, and where.
  case malformed(path: String, place: String, problem: String)
  /// The file is whole, but holds something that is not read here; `cure` says what to do.
  case unsupported(path: String, place: String, problem: String, cure: String)
  /// There is no array called `name`.
  case missing(path: String, name: String)
  /// The array `name` has another shape than the network needs.
  case mismatchedShape(path: String, name: String, found: [Int], expected: [Int])
  /// The file holds the array `name`, for which the network has no place.
  case unexpected(path: String, name: String)
  /// The weights of an architecture lie in none of the folders where they belong.
  case notInstalled(architecture: String, folders: [String])
  /// The values are not those that were written: their SHA-256 differs.
  case corrupt(path: String, expected: String, found: String)
}

extension String {
  /// The text in quotes, as far as messages show names that come from files, which may be endless.
  var inMessage: String {
    let start = String(unicodeScalars.prefix(100))
    return start.debugDescription + (start.utf8.count < utf8.count ? "..." : "")
  }
}

extension WeightsError: CustomStringConvertible {
  /// The file, the place, what is wrong and what helps, in one line.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .malformed(let path, let place, let problem):
      "\(path): \(place): \(problem); the file is damaged or no weight file, fetch or make it again"
    case .unsupported(let path, let place, let problem, let cure):
      "\(path): \(place): \(problem); \(cure)"
    case .missing(let path, let name):
      "\(path): there is no array \(name.inMessage);"
        + " give weights of the same architecture"
    case .mismatchedShape(let path, let name, let found, let expected):
      "\(path): the array \(name.inMessage) has the shape \(found) instead of \(expected);"
        + " give weights of the same architecture and classes"
    case .unexpected(let path, let name):
      "\(path): the array \(name.inMessage) has no place in the network;"
        + " give weights of the same architecture"
    case .notInstalled(let architecture, let folders):
      "\(architecture).safetensors is in none of \(folders.joined(separator: ", "));"
        + " set RACNN_MODELS to the folder that holds it, or give weights of your own"
    case .corrupt(let path, let expected, let found):
      "\(path): the values' SHA-256 is \(found) instead of \(expected);"
        + " the file is damaged, fetch or make it again"
    }
  }
}
