package import NeuralNetworks
package import Tensors

/// A phase of training: it says what moves, and which loss that follows. All else is frozen.
package protocol Phase {
  /// What moves, and how fast.
  var groups: [ParameterGroup] { get }

  /// The loss on photos.
  ///
  /// - Parameters:
  ///   - source: The normalised photos, `[N, 3, S, S]`.
  ///   - labels: Their classes.
  ///   - generator: What is random in this step draws from it.
  func loss(
    _ source: Tensor, labels: [Int], using generator: inout RandomGenerator
  ) -> StepLoss
}

/// What a phase found out about a batch.
package struct StepLoss {
  /// What is to become smaller, a scalar.
  package var total: Tensor
  /// Its parts by name, scalars.
  var parts: [String: Tensor] = [:]
  /// The logits by scale, from 1, `[N, classes]`.
  var logits: [Int: Tensor] = [:]
  /// The fusion layer's logits, `[N, classes]`, where it moves.
  var fused: Tensor?
  /// The shares of active hinges, as `1-2`.
  var activeHinges: [String: Double] = [:]
  /// The boxes that a scale, from 2, looks at, and those they lie in.
  var boxes: [(scale: Int, parent: Box, child: Box)] = []

  init(_ total: Tensor) { self.total = total }
}

/// How fast the parameters move; see `TrainingConfiguration`.
package struct Rates {
  let body: Float
  let head: Float
  let proposal: Float
  let weightDecay: Float
  let labelSmoothing: Float

  package init(
    body: Float = 0, head: Float = 0, proposal: Float = 0, weightDecay: Float = 0,
    labelSmoothing: Float = 0
  ) {
    self.body = body
    self.head = head
    self.proposal = proposal
    self.weightDecay = weightDecay
    self.labelSmoothing = labelSmoothing
  }
}

extension RecurrentAttentionCNN {
  /// The backbones of some scales, from 1; a shared one is named once.
  func backbones(_ scales: [Int]) -> [Parameter] {
    let owners = configuration.sharesBackbone ? [1] : scales
    return owners.flatMap { store.parameters(under: "scales.\($0 - 1).backbone") }
  }

  /// The classifiers of some scales, from 1.
  func classifiers(_ scales: [Int]) -> [Parameter] {
    scales.flatMap { store.parameters(under: "scales.\($0 - 1).classifier") }
  }

  /// The APNs of some scales, from 1.
  func proposals(_ scales: [Int]) -> [Parameter] {
    scales.flatMap { store.parameters(under: "scales.\($0 - 1).proposal") }
  }

  /// Makes exactly the parameters of `groups` move.
  package func train(only groups: [ParameterGroup]) {
    store.setTrainable(false)
    for parameter in groups.flatMap(\.parameters) { parameter.isTrainable = true }
  }
}
