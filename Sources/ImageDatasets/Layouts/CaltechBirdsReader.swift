import Files
import Images

/// Reads the layout of CUB-200-2011.
///
/// Numbers of photos and classes need not be consecutive. Class names are kept as `classes.txt` has
/// them ("001.Black_footed_Albatross").
struct CaltechBirdsReader {
  let root: String

  func read() throws(DatasetError) -> DatasetListing {
    let names = try classNames()
    let list = try NumberedList(root + "/images.txt")
    guard !list.rows.isEmpty else {
      throw .malformedLine(file: list.file, line: 1, reason: "it lists no photos: add them")
    }
    let paths = try paths(list)
    let known = Set(list.rows.map(\.id))
    let labels = try values("image_class_labels.txt", of: known) { list, row throws(DatasetError) in
      guard let id = Int(row.value) else {
        throw list.malformed(row, "write a photo's number, a blank and its class's number")
      }
      guard let name = names[id] else {
        throw list.malformed(row, "class \(id) is not in classes.txt: add it there")
      }
      return name
    }
    let splits = try optionalValues("train_test_split.txt", of: known, Self.split)
    if let splits, !splits.values.contains(.train) {
      throw .malformedLine(
        file: root + "/train_test_split.txt", line: 1,
        reason: "no photo is marked 1, to train with: mark some, or remove the list")
    }
    let boxes = try optionalValues("bounding_boxes.txt", of: known, Self.box)

    var listing = DatasetListing(layout: .caltechBirds)
    for (row, path) in zip(list.rows, paths) {
      guard let name = labels[row.id] else {
        throw list.malformed(row, "photo \(row.id) is not in image_class_labels.txt: add it there")
      }
      if let splits, splits[row.id] == nil {
        throw list.malformed(row, "photo \(row.id) is not in train_test_split.txt: add it there")
      }
      listing.items.append(
        .init(
          path: path, className: name, split: splits?[row.id], box: boxes?[row.id],
          file: try status(path, list, row)))
    }
    let used = Set(labels.values)
    if let name = names.values.filter({ !used.contains($0) }).min(by: precedes) {
      throw .emptyClass(name: name, path: root + "/image_class_labels.txt", subfolders: 0)
    }
    return listing
  }

  private func classNames() throws(DatasetError) -> [Int: String] {
    let list = try NumberedList(root + "/classes.txt")
    var names: [Int: String] = [:]
    var lines: [String: Int] = [:]
    for row in list.rows {
      if let other = lines.updateValue(row.line, forKey: row.value) {
        throw list.malformed(row, "this class is in line \(other) already: rename one of the two")
      }
      names[row.id] = row.value
    }
    return names
  }

  private func values<Value>(
    _ file: String, of known: Set<Int>,
    _ value: (NumberedList, NumberedList.Row) throws(DatasetError) -> Value
  ) throws(DatasetError) -> [Int: Value] {
    let list = try NumberedList(root + "/" + file)
    var values: [Int: Value] = [:]
    for row in list.rows {
      guard known.contains(row.id) else {
        throw list.malformed(row, "photo \(row.id) is not in images.txt: remove the line")
      }
      values[row.id] = try value(list, row)
    }
    return values
  }

  private func optionalValues<Value>(
    _ file: String, of known: Set<Int>,
    _ value: (NumberedList, NumberedList.Row) throws(DatasetError) -> Value
  ) throws(DatasetError) -> [Int: Value]? {
    guard FileSystem.exists(root + "/" + file) else { return nil }
    return try values(file, of: known, value)
  }

  private static func split(
    _ list: NumberedList, _ row: NumberedList.Row
  ) throws(DatasetError) -> Split {
    switch row.value {
    case "1": return .train
    case "0": return .test
    default: throw list.malformed(row, "write a photo's number, a blank, and 1 (train) or 0 (test)")
    }
  }

  private static func box(
    _ list: NumberedList, _ row: NumberedList.Row
  ) throws(DatasetError) -> Rectangle {
    let numbers = row.fields.compactMap { Double($0) }
    guard numbers.count == 4, row.fields.count == 4, numbers.allSatisfy(\.isFinite),
      numbers[2] > 0, numbers[3] > 0
    else {
      throw list.malformed(
        row, "write a photo's number, x, y, and a width and height above 0, in pixels")
    }
    return Rectangle(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
  }

  /// The photos' paths below the root, which a list from elsewhere must not leave.
  private func paths(_ list: NumberedList) throws(DatasetError) -> [String] {
    var paths: [String] = []
    var lines: [String: Int] = [:]
    for row in list.rows {
      let parts = row.value.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
        throw list.malformed(row, "\(row.value) is no path within the folder images")
      }
      if let other = lines.updateValue(row.line, forKey: row.value) {
        throw list.malformed(row, "this photo is in line \(other) already: remove one of the two")
      }
      paths.append("images/" + row.value)
    }
    return paths
  }

  private func status(
    _ path: String, _ list: NumberedList, _ row: NumberedList.Row
  ) throws(DatasetError) -> FileStatus {
    let status: FileStatus
    do throws(DatasetError) {
      status = try FileStatus(root + "/" + path)
    } catch {
      guard case .unreadable(let path, let reason) = error else { throw error }
      throw list.malformed(row, "cannot read \(path): \(reason); add the photo, or remove the line")
    }
    guard !status.isFolder, !status.isSpecial else {
      let kind = status.isFolder ? "folder" : "pipe or device"
      throw list.malformed(row, "\(root)/\(path) is a \(kind), not a photo")
    }
    return status
  }
}
