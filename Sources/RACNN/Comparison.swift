public import ImageDatasets
internal import Tensors

/// Networks scored on the same photos: other seeds, or one network that looks once.
public struct Comparison: Codable, Hashable, Sendable {
  /// One network's score.
  public struct Member: Codable, Hashable, Sendable {
    /// What the caller calls it.
    public var name: String
    /// The side in pixels of what each scale looks at.
    public var inputSizes: [Int]
    /// Accuracies by the keys of `Evaluation.accuracy`.
    public var accuracy: [String: Interval]
    /// By how much the first member's decision is better, on the same photos.
    public var behind: Interval
    /// Multiply-accumulates of a photo, by all scales that its decision takes.
    public var multiplyAccumulates: Double
    /// CPU seconds of a photo, all scales looking, decoding included.
    public var cpuSeconds: Double
  }

  /// Networks of the same architecture and classes, such as those of other seeds.
  public struct Group: Codable, Hashable, Sendable {
    /// The side in pixels of what each scale looks at.
    public var inputSizes: [Int]
    /// How many there are.
    public var count: Int
    /// The means of their accuracies.
    public var mean: [String: Double]
    /// Their standard deviations; 0 for a single one.
    public var deviation: [String: Double]
  }

  /// Each network, in the order given.
  public var members: [Member]
  /// Networks of the same architecture taken together, in the order of their first members.
  public var groups: [Group]
}

/// Scores several networks on a split.
///
/// - Parameters:
///   - models: Names and networks; they may be of different sizes.
///   - seed: Draws the bootstrap's photos, the same for all.
///   - progress: Called with the photos done and all photos, over all networks.
/// - Throws: as `evaluate`.
public func compare(
  _ models: [(name: String, model: RecurrentAttentionCNN)], on dataset: ImageDataset,
  split: Split, seed: UInt64 = 1, batchSize: Int = 16, threads: Int = 1,
  cacheMegabytes: Int = 256, progress: (Int, Int) throws -> Void = { _, _ in }
) throws -> Comparison {
  for (name, model) in models { try model.labels(of: dataset, name: name) }
  var members: [Comparison.Member] = []
  var decisions: [[Bool]] = []
  for (index, (name, model)) in models.enumerated() {
    let cpu = Clock.cpu
    let batches = try EvaluationBatches(
      model, dataset, split, batchSize: batchSize, threads: threads,
      cacheMegabytes: cacheMegabytes)
    let count = batches.samples.count
    var right: [String: [Bool]] = [:]
    func tell(_ done: Int, _: Int) throws {
      try progress(index * count + done, models.count * count)
    }
    try batches.forEach(progress: tell) { batch, labels in
      right.merge(
        withoutTape { model(batch.tensor()).right(labels) }, uniquingKeysWith: +)
    }
    let seconds = (Clock.cpu - cpu) / Double(count)
    let bootstrap = Bootstrap(count: count, generator: RandomGenerator(seed: seed))
    decisions.append(right[Combination.first(model.scales.count)] ?? [])
    members.append(
      Comparison.Member(
        name: name, inputSizes: model.configuration.inputSizes,
        accuracy: right.mapValues(bootstrap.interval),
        behind: index == 0
          ? Interval(value: 0, low: 0, high: 0)
          : bootstrap.difference(decisions[0], decisions[index]),
        multiplyAccumulates: model.multiplyAccumulates()[model.looks - 1], cpuSeconds: seconds))
  }
  let kinds = models.map(\.model.configuration.architecture)
  return Comparison(members: members, groups: Comparison.groups(members, kinds))
}

extension ModelConfiguration {
  /// What two networks have in common that differ in what they have learned alone.
  fileprivate var architecture: ModelConfiguration {
    var architecture = self
    (architecture.decision, architecture.framing) = (nil, nil)
    return architecture
  }
}

extension Comparison {
  /// Members taken together whose `kinds` are equal.
  fileprivate static func groups(_ members: [Member], _ kinds: [ModelConfiguration]) -> [Group] {
    var order: [ModelConfiguration] = []
    for kind in kinds where !order.contains(kind) { order.append(kind) }
    return order.map { kind in
      let group = zip(members, kinds).filter { $0.1 == kind }.map(\.0)
      let keys = group[0].accuracy.keys
      func values(_ key: String) -> [Double] { group.compactMap { $0.accuracy[key]?.value } }
      func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
      }
      return Group(
        inputSizes: kind.inputSizes, count: group.count,
        mean: Dictionary(uniqueKeysWithValues: keys.map { ($0, mean(values($0))) }),
        deviation: Dictionary(
          uniqueKeysWithValues: keys.map { key in
            let (all, center) = (values(key), mean(values(key)))
            let squares = all.reduce(0) { $0 + ($1 - center) * ($1 - center) }
            return (key, (squares / Double(max(1, all.count - 1))).squareRoot())
          }))
    }
  }
}
