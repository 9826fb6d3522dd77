internal import Files
internal import ImageDatasets
internal import Images

/// Tries each photo before a training begins: one that cannot be decoded must change neither the
/// splits nor the order of the others, so it has to be known from the start.
struct PhotoCheck {
  /// The side of the sources that training will decode to.
  let sourceSize: Int
  let isCancelled: () -> Bool
  /// Whether the check was given up, so that nothing it says counts.
  private(set) var wasCancelled = false
  /// What is wrong with the photos that failed, in their order.
  private(set) var problems: [ImageError] = []
  /// The photos that lack their end marker.
  private(set) var unended: [String] = []
  /// The SHA-256 of each photo's file by its path, as it was opened.
  private(set) var digests: [String: String] = [:]

  init(sourceSize: Int, isCancelled: @escaping () -> Bool) {
    self.sourceSize = sourceSize
    self.isCancelled = isCancelled
  }

  /// Whether the photo at `path` can be decoded; what is wrong is kept.
  mutating func passes(_ path: String) -> Bool {
    wasCancelled = wasCancelled || isCancelled()
    guard !wasCancelled else { return true }
    do {
      let content = try Photo.content(of: path)
      let photo = try Photo(decoding: content, name: path, minimumSide: sourceSize)
      if photo.lacksEnd { unended.append(path) }
      digests[path] = SHA256.hex(of: content)
      return true
    } catch {
      problems.append(error)
      return false
    }
  }
}

extension PhotoCheck {
  /// What is to be said of photos that are copies of one another and lie in different splits or classes;
  /// nil where there are none.
  func doubles(in dataset: ImageDataset) -> String? {
    var first: [String: (sample: Sample, split: Split)] = [:]
    var pairs: [(Sample, Sample)] = []
    for split in Split.allCases {
      for sample in dataset.samples[split] ?? [] {
        guard let digest = digests[dataset.path(of: sample)] else { continue }
        guard let other = first[digest] else {
          first[digest] = (sample, split)
          continue
        }
        if other.split != split || other.sample.label != sample.label {
          pairs.append((other.sample, sample))
        }
      }
    }
    guard let (one, other) = pairs.first else { return nil }
    return
      "\(pairs.count) photo\(pairs.count > 1 ? "s are copies" : " is a copy") of another in another split or"
      + " class, so that scores may be too high: \(other.path) of \(one.path)"
      + (pairs.count > 1 ? ", and more" : "")
  }
}

extension ImageDataset {
  /// What is to be said of photos that are not used; nil where there are none.
  var strayText: String? {
    guard !stray.isEmpty else { return nil }
    let parts = [StrayPhoto.Reason.format, .place].compactMap { reason -> String? in
      let paths = stray.filter { $0.reason == reason }.map(\.path)
      guard let first = paths.first else { return nil }
      return "\(paths.count) \(reason.rawValue) (such as \(first))"
    }
    return "not all that seem to be photos are used: \(parts.joined(separator: ", ")); "
      + "convert them, or move them into their class's folder"
  }

  /// What is to be said of photos that are newer than the splits; nil where there are none.
  package var addedText: String? {
    guard let first = added.first else { return nil }
    let (are, them) = added.count > 1 ? ("photos are", "them") : ("photo is", "it")
    return "\(added.count) \(are) newer than the splits of this run, and left out (\(first)"
      + (added.count > 1 ? " first" : "") + "); start a new run to learn \(them)"
  }

  /// What is to be said of classes that the test split knows nothing of; nil where there are none.
  var untestedText: String? {
    let tested = Set((samples[.test] ?? []).map(\.label))
    let without = classNames.indices.filter { !tested.contains($0) }
    guard !tested.isEmpty, let first = without.first else { return nil }
    return "No test photo is of \(classNames[first])"
      + (without.count > 1 ? " and \(without.count - 1) other classes" : "")
      + ": how often \(without.count > 1 ? "they are" : "it is") recognised is not known."
  }
}

extension SplitManifest {
  /// Makes sure that photos are those that were checked.
  ///
  /// - Parameter proceed: Asked before each photo; what it throws ends the comparison.
  /// - Throws: `DatasetError.changed`, naming the photo, or what keeps it from being read.
  func compareContents(in root: String, proceed: () throws -> Void) throws {
    for (path, known) in (photos ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard let digest = known.sha256 else { continue }
      try proceed()
      guard try SHA256.hex(of: Photo.content(of: "\(root)/\(path)")) == digest else {
        throw DatasetError.changed(root: root, difference: "\(path) has another content")
      }
    }
  }
}
