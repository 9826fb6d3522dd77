import Tensors

/// Makes the splits that a data set lacks: stratified (each class in the same proportion), seeded.
///
/// A class's split depends on its own name and files and on the seed, on no other class.
struct SplitMaker {
  let seed: UInt64
  let validationFraction: Double
  let testFraction: Double

  /// Gives each of `items` (in the order of their paths) a split.
  func assign(_ items: inout [DatasetListing.Item]) throws(DatasetError) {
    for (split, fraction) in [(Split.validation, validationFraction), (.test, testFraction)] {
      guard fraction >= 0, fraction < 1 else { throw .invalidFraction(split, fraction) }
    }
    let present = Set(items.compactMap(\.split))
    for index in items.indices where items[index].split == nil { items[index].split = .train }
    if !present.contains(.test) { cut(.test, testFraction, from: &items) }
    if !present.contains(.validation) { cut(.validation, validationFraction, from: &items) }
  }

  /// Moves `fraction` of each class's training photos into `split`: at least one of five, and never
  /// the last.
  private func cut(_ split: Split, _ fraction: Double, from items: inout [DatasetListing.Item]) {
    guard fraction > 0 else { return }
    let training = items.indices.filter { items[$0].split == .train }
    for (name, members) in Dictionary(grouping: training, by: { items[$0].className }) {
      let wanted = Int((Double(members.count) * fraction).rounded())
      let count = min(members.count - 1, max(wanted, members.count >= 5 ? 1 : 0))
      var generator = RandomGenerator(seed: seed)
        .fork(split == .test ? 1 : 2).fork(name)
      for index in members.permuted(using: &generator).prefix(count) { items[index].split = split }
    }
  }
}

extension Collection {
  /// The elements in a random order that depends on the generator alone.
  ///
  /// The standard library's `shuffled` may change its algorithm; runs must be repeatable for years.
  func permuted(using generator: inout RandomGenerator) -> [Element] {
    var result = Array(self)
    for last in stride(from: count - 1, to: 0, by: -1) {
      let other = Int(generator.next().multipliedFullWidth(by: UInt64(last + 1)).high)
      result.swapAt(last, other)
    }
    return result
  }
}
