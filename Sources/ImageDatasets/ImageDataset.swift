/// A folder of photos, by split and class.
///
/// The layouts are those of `DatasetLayout`. Photos end in .jpg, .jpeg or .png (in either case);
/// hidden files are passed over, and so are folders of trainings; other files, pipes, devices and contact
/// sheets of photos beside them are counted in `skipped`. Links are followed.
public struct ImageDataset: Sendable {
  /// The folder.
  public let root: String
  /// How the folder is laid out.
  public let layout: DatasetLayout
  /// The classes that there are training photos of, in the order of the names' bytes.
  public let classNames: [String]
  /// The photos by split, in the order of the paths' bytes; each split has an entry.
  public let samples: [Split: [Sample]]
  /// The splits that the layout lacks, and that were cut from the training photos.
  public let madeSplits: Set<Split>
  /// How many files are no photos by their name, or lie where no photos are looked for.
  public let skipped: Int
  /// Those of them that seem to be photos.
  public let stray: [StrayPhoto]
  /// The paths of photos that were left out because they cannot be read, in their order.
  public let omitted: [String]
  /// The paths of photos that were left out because they were not there when the splits were made, in
  /// their order.
  public let added: [String]
  private let fingerprint: String
  private let photos: [String: SplitManifest.Entry]

  /// Reads the folder `root`; no photo is decoded here.
  ///
  /// Splits that the layout lacks are cut from the training photos, of each class alike: at least
  /// one photo of five, none of a class that would be left without. The same seed gives the same
  /// splits.
  ///
  /// - Parameter root: a folder in one of the layouts of `DatasetLayout`.
  /// - Parameter seed: decides which photos go into splits that are made.
  /// - Parameter validationFraction: the part of the training photos that becomes the validation
  ///   split, if there is none.
  /// - Parameter testFraction: the part of the training photos that becomes the test split before
  ///   that, if there is none.
  /// - Parameter classNames: the classes in the order of their labels, as a model has learned
  ///   them; nil to take those of the training photos.
  /// - Parameter isReadable: asked with the path of each photo, in their order; all else is as if
  ///   those that it denies were not there.
  /// - Throws: `DatasetError`, also where it denies all photos of a class or of a split.
  public init(
    contentsOf root: String, seed: UInt64, validationFraction: Double = 0.1,
    testFraction: Double = 0.2, classNames: [String]? = nil,
    isReadable: (String) -> Bool = { _ in true }
  ) throws(DatasetError) {
    let root = Self.normalized(root)
    var listing = try DatasetListing(contentsOf: root, needsTraining: classNames == nil)
    let all = listing.items
    listing.omit { !isReadable(root + "/" + $0) }
    try Self.compare(all, with: listing.items, root: root)
    let present = Set(listing.items.compactMap(\.split))
    try SplitMaker(seed: seed, validationFraction: validationFraction, testFraction: testFraction)
      .assign(&listing.items)
    try self.init(root: root, listing, present: present, classNames: classNames)
  }

  /// Reads the folder `root` with the splits that it had when `manifest` was made; photos that came since
  /// are left out, and `added` names them.
  ///
  /// - Throws: `DatasetError.changed` when a photo is missing, or has another size or class.
  public init(contentsOf root: String, manifest: SplitManifest) throws(DatasetError) {
    let root = Self.normalized(root)
    var listing = try DatasetListing(contentsOf: root, needsTraining: true)
    let present = Set(listing.items.compactMap(\.split))
    try manifest.assign(&listing, root: root)
    try self.init(root: root, listing, present: present, classNames: manifest.classNames)
  }

  /// Makes sure that no class, and no split that the layout has, is gone with its photos.
  private static func compare(
    _ all: [DatasetListing.Item], with left: [DatasetListing.Item], root: String
  ) throws(DatasetError) {
    let (classes, splits) = (Set(left.map(\.className)), Set(left.compactMap(\.split)))
    for item in all where !classes.contains(item.className) {
      throw .unreadablePhotos(of: "class \(item.className)", first: root + "/" + item.path)
    }
    for item in all {
      if let split = item.split, !splits.contains(split) {
        throw .unreadablePhotos(of: "the split \(split.rawValue)", first: root + "/" + item.path)
      }
    }
  }

  private init(
    root: String, _ listing: DatasetListing, present: Set<Split>, classNames given: [String]?
  ) throws(DatasetError) {
    let trained = Set(listing.items.lazy.filter { $0.split == .train }.map(\.className))
    let classNames = given ?? trained.sorted(by: precedes)
    guard let first = classNames.first else { throw .noClasses(root: root, photos: 0) }
    guard classNames.count > 1 || given != nil else { throw .singleClass(root: root, name: first) }
    let labels = Dictionary(
      classNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var samples = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, [Sample]()) })
    for item in listing.items {
      guard let label = labels[item.className] else {
        let path = root + "/" + item.path
        throw given == nil
          ? .unknownClass(name: item.className, path: path)
          : .otherClass(name: item.className, path: path)
      }
      samples[item.split ?? .train, default: []]
        .append(Sample(path: item.path, label: label, box: item.box))
    }
    self.root = root
    layout = listing.layout
    self.classNames = classNames
    self.samples = samples
    madeSplits = Set(Split.allCases).subtracting(present).subtracting([.train])
    skipped = listing.skipped
    stray = listing.stray
    omitted = listing.omitted
    added = listing.added
    fingerprint = listing.fingerprint
    photos = Dictionary(
      listing.items.map {
        ($0.path, SplitManifest.Entry(className: $0.className, bytes: $0.file.size))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Which photo is in which split, to be written into a run.
  public var manifest: SplitManifest {
    SplitManifest(
      version: SplitManifest.currentVersion, classNames: classNames,
      files: Dictionary(
        uniqueKeysWithValues: samples.map { ($0.rawValue, $1.map(\.path)) }),
      omitted: omitted.isEmpty ? nil : omitted, photos: photos, fingerprint: fingerprint)
  }

  /// Whether there are boxes to score the attention by.
  public var hasBoxes: Bool {
    samples.values.contains { $0.contains { $0.box != nil } }
  }

  /// The path at which the photo of `sample` can be opened.
  public func path(of sample: Sample) -> String {
    root + "/" + sample.path
  }

  /// Without slashes at the end, so that messages do not double them.
  private static func normalized(_ root: String) -> String {
    var root = root.isEmpty ? "." : Substring(root)
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    return String(root)
  }
}
