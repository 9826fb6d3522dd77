public import ImageDatasets
internal import Tensors

/// Boxes that were not learned, to be compared with those that were.
public enum Control: String, Codable, CaseIterable, Sendable {
  /// Where the APNs say: what the others are compared with.
  case learned
  /// At the largest response, as the APNs were first taught: no ranking loss.
  case initial
  /// As large as the learned ones, at the middle.
  case center
  /// As large as the learned ones, anywhere in their parents.
  case random
  /// Scale 2 in the square around the subject's true box, which training never sees; scale 3 where
  /// its APN says within that.
  case subject
}

/// How often a network is right when it looks where a control says.
public struct ControlScore: Codable, Hashable, Sendable {
  /// The control.
  public var control: Control
  /// Accuracies by the keys of `Evaluation.accuracy`.
  public var accuracy: [String: Interval]
  /// By how much the learned boxes are better, on the same photos.
  public var advantage: [String: Interval]
}

/// Scores a network on a split with each control's boxes.
///
/// The parameters are those of `evaluate`, and:
///
/// - Parameter seed: Places random boxes and draws the bootstrap's photos.
/// - Returns: Each control, the learned boxes first; `subject` only where every photo has a box.
/// - Throws: as `evaluate`, and `RACNNError.badSetting` for a network of one scale.
public func evaluateControls(
  _ model: RecurrentAttentionCNN, on dataset: ImageDataset, split: Split, seed: UInt64 = 1,
  batchSize: Int = 16, threads: Int = 1, cacheMegabytes: Int = 256,
  progress: (Int, Int) throws -> Void = { _, _ in }
) throws -> [ControlScore] {
  guard model.scales.count > 1 else {
    throw RACNNError.badSetting(
      name: "controls", reason: "the model has one scale, which looks at the whole",
      cure: "give a model of two scales or more")
  }
  let batches = try EvaluationBatches(
    model, dataset, split, batchSize: batchSize, threads: threads, cacheMegabytes: cacheMegabytes)
  let hasSubjects = batches.samples.allSatisfy { $0.box != nil }
  var generator = RandomGenerator(seed: seed)
  var right: [Control: [String: [Bool]]] = [:]
  try batches.forEach(progress: progress) { batch, labels in
    let source = batch.tensor()
    let learned = withoutTape { model(source) }
    for control in Control.allCases where hasSubjects || control != .subject {
      let output =
        control == .learned
        ? learned
        : withoutTape {
          model.output(
            of: model.look(
              source, scales: model.scales.count, first: learned.views[0]
            ) { view, index in
              switch control {
              case .learned: learned.views[index + 1].box
              case .initial: view.box.zoomed(into: model.initialBox(for: view))
              case .center: learned.views[index + 1].box.moved { _, _ in 0.5 }
              case .random:
                learned.views[index + 1].box.moved(within: view.box) { generator.uniform() }
              case .subject:
                index == 0 ? batches.subjects(of: batch) : model.nextBox(after: view, scale: index)
              }
            })
        }
      right[control, default: [:]].merge(output.right(labels), uniquingKeysWith: +)
    }
  }
  let bootstrap = Bootstrap(count: batches.samples.count, generator: generator.fork(1))
  return Control.allCases.compactMap { control in
    right[control].map { found in
      ControlScore(
        control: control,
        accuracy: found.mapValues(bootstrap.interval),
        advantage: control == .learned
          ? [:]
          : Dictionary(
            uniqueKeysWithValues: found.map { key, values in
              (key, bootstrap.difference(right[.learned]?[key] ?? [], values))
            }))
    }
  }
}

extension Box {
  /// Boxes as large as these, with each coordinate of their centres given by a closure.
  fileprivate func moved(_ place: (_ photo: Int, _ half: Float) -> Float) -> Box {
    var values = self.values.values
    for start in stride(from: 0, to: values.count, by: 3) {
      for axis in 0..<2 { values[start + axis] = place(start / 3, values[start + 2]) }
    }
    return Box(Tensor(values, shape: self.values.shape))
  }

  /// Boxes as large as these, anywhere within their parents; `uniform` draws from 0 to 1.
  fileprivate func moved(within parent: Box, _ uniform: () -> Float) -> Box {
    let parents = parent.values.values
    var axis = 1
    return moved { photo, half in
      axis = 1 - axis
      let play = max(0, parents[3 * photo + 2] - half)
      return parents[3 * photo + axis] + play * (2 * uniform() - 1)
    }
  }
}
