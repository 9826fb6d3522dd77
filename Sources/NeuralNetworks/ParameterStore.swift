public import Tensors

/// The parameters of a network by name, and how its layers behave while it trains.
///
/// A network's layers hold their parameters; the store is where they are listed, saved and loaded.
/// Names are paths, as `scales.0.backbone.conv_stem.weight`, the same as in a checkpoint.
public final class ParameterStore {
  /// Every parameter in the order of creation, running statistics included.
  public private(set) var parameters: [Parameter] = []
  /// Whether batch norm takes the statistics of the batch, and updates the running ones, or takes
  /// the running ones as they are.
  public var usesBatchStatistics = false
  /// Whether `Dropout` layers drop anything.
  public var usesDropout = false
  /// Whether `block` keeps only a block's input for the gradient, and applies the block again.
  public var recomputesBlocks = false
  /// The source of what is random in a step, as dropout.
  public var generator: RandomGenerator

  private var byName: [String: Parameter] = [:]
  private let initialization: RandomGenerator?

  /// Makes an empty store.
  ///
  /// - Parameters:
  ///   - seed: decides the initial weights. Those of a parameter depend on the seed and its name,
  ///     not on what else the network has.
  ///   - initializes: false leaves zeros where weights would be drawn, which saves time when all
  ///     of them are loaded next.
  public init(seed: UInt64, initializes: Bool = true) {
    generator = RandomGenerator(seed: seed)
    initialization = initializes ? generator.fork("initial weights") : nil
  }

  /// The parameter of that name, or nil.
  public subscript(name: String) -> Parameter? { byName[name] }

  /// The outermost scope, in which names have no prefix.
  public var scope: ParameterScope { ParameterScope(store: self, path: "") }

  /// The parameters at or below a path, in the order of creation; all for an empty path.
  public func parameters(under path: String) -> [Parameter] {
    path.isEmpty
      ? parameters : parameters.filter { $0.name == path || $0.name.hasPrefix(path + ".") }
  }

  /// Freezes the parameters at or below a path, or lets them be trained; all for an empty path.
  /// Running statistics are never trained.
  public func setTrainable(_ isTrainable: Bool, under path: String = "") {
    for parameter in parameters(under: path) where !parameter.isStatistic {
      parameter.isTrainable = isTrainable
    }
  }

  /// Applies a block of the network to `x`.
  ///
  /// While the store's `recomputesBlocks` is on, a training step keeps of the block its input alone,
  /// and computes the rest again when it goes back: less memory for more time, and the same bits.
  ///
  /// - Parameters:
  ///   - isWide: whether its maps take so much memory for so little work that it is computed again in
  ///     any case.
  ///   - body: the block; of what gradients flow to it uses its argument and parameters alone.
  public func block(
    _ x: Tensor, isWide: Bool = false, _ body: @escaping (Tensor) -> Tensor
  ) -> Tensor {
    guard isWide || recomputesBlocks else { return body(x) }
    let before = generator
    return recomputed(x) { x, isAgain in
      guard isAgain else { return body(x) }
      let now = self.generator
      self.generator = before
      defer { self.generator = now }
      return body(x)
    }
  }

  /// Applies a part of the network to `x`; where nothing is recorded, as when predicting, to a few
  /// pictures of a large batch at a time, so that its maps stay in the cache.
  ///
  /// - Parameters:
  ///   - x: `[N, ...]`.
  ///   - growth: how many times as large as `x` the largest map within the part is.
  ///   - body: `[n, ...]` to `[n, ...]`, each picture by itself but for batch statistics and dropout,
  ///     with which all pictures go together.
  public func inParts(_ x: Tensor, growth: Int, _ body: (Tensor) -> Tensor) -> Tensor {
    guard !Tape.isRecording, !usesBatchStatistics, !usesDropout else { return body(x) }
    return applied(to: x, most: ParameterStore.largestMap / growth, body)
  }

  /// Elements, 16 MB: what the third cache holds with room for more. With four photos at 448 pixels
  /// EfficientNet-Lite0 predicts as fast in parts as all at once, which take 84 MiB more. Blocks that do
  /// not grow are slower in parts: ResNet-18 by some 10 %.
  private static let largestMap = 4 << 20

  func add(_ name: String, _ shape: Shape, _ initializer: Initializer) -> Parameter {
    var generator = initialization?.fork(name)
    return add(Parameter(name: name, value: initializer.value(shape, using: &generator)))
  }

  func add(_ parameter: Parameter) -> Parameter {
    precondition(byName[parameter.name] == nil, "ParameterStore: two named \(parameter.name)")
    byName[parameter.name] = parameter
    parameters.append(parameter)
    return parameter
  }
}

/// A place in a store, in which a layer makes its parameters.
public struct ParameterScope {
  /// Where the parameters are listed.
  public let store: ParameterStore
  /// The names' common start, without a point at its end; empty outermost.
  public let path: String

  /// The scope within this one, `path.name`.
  public func callAsFunction(_ name: String) -> ParameterScope {
    ParameterScope(store: store, path: full(name))
  }

  /// The scope of an element of a list, `path.index`.
  public func callAsFunction(_ index: Int) -> ParameterScope { self("\(index)") }

  /// Makes a parameter. A second one of the same name is a programmer's error and traps.
  public func parameter(_ name: String, _ shape: Shape, _ initializer: Initializer) -> Parameter {
    store.add(full(name), shape, initializer)
  }

  /// Makes a running statistic: saved and loaded, but changed by no optimizer.
  public func statistic(_ name: String, _ shape: Shape, value: Float) -> Parameter {
    store.add(Parameter(name: full(name), value: .full(value, shape), isStatistic: true))
  }

  private func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
