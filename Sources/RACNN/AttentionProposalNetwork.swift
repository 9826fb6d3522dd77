internal import Glibc
public import NeuralNetworks
public import Tensors

/// What an attention proposal network is made of.
public enum ProposalKind: String, Codable, CaseIterable, Sendable {
  /// A fully connected layer on the whole map, as in the paper.
  case dense
  /// A fully connected layer on the mean of each channel, which does not know where things are.
  case pooled
  /// A transformer whose tokens are the map's places.
  case attention
}

/// The attention proposal network (APN): a feature map to the box that is worth a closer look.
///
/// Two fully connected layers, tanh and sigmoid, as in the paper; or, to compare with, the same on the
/// map's means; or, in place of the first, a transformer whose tokens are the map's places, told apart
/// by a two-dimensional encoding, and one more that gathers what the box is made from. The box lies
/// inside its parent by construction, for a clamp has no gradient: in units of the parent's side,
/// `tl = 1/6 + (1/2 - 1/6) * v3` and `tx = tl + (1 - 2 tl) * v1`, the same for ty.
/// Maps larger than 7x7 are pooled to that first, so that the layers' size does not depend on the
/// input's.
public struct AttentionProposalNetwork {
  /// The side of the grid that a feature map is pooled to at most.
  public static let largestGrid = 7

  private let hidden: Hidden
  private let out: Linear
  private let grid: Int

  private enum Hidden {
    case dense(Linear)
    case attention(MapAttention)
  }

  /// Declares the layers `hidden` and `out` in `scope`.
  ///
  /// - Parameters:
  ///   - kind: of the hidden layer.
  ///   - channels: Channels of the feature map.
  ///   - side: The feature map's side.
  ///   - width: Units of the hidden layer; 1024 in the paper.
  ///   - halfSide: Of the box that it proposes at first, a parent's side, above 1/6 and below 1/2.
  public init(
    _ scope: ParameterScope, kind: ProposalKind = .dense, channels: Int, side: Int, width: Int,
    halfSide: Float = InitialBox.paperHalfSide
  ) {
    grid = kind == .pooled ? 1 : min(side, AttentionProposalNetwork.largestGrid)
    switch kind {
    case .dense, .pooled:
      hidden = .dense(
        Linear(scope("hidden"), inputs: channels * grid * grid, outputs: width))
      out = Linear(scope("out"), inputs: width, outputs: 3)
    case .attention:
      let attention = MapAttention(scope("hidden"), channels: channels, width: width)
      hidden = .attention(attention)
      // What a last norm gives is large: small weights let the first boxes be near to the bias's.
      out = Linear(
        scope("out"), inputs: attention.width, outputs: 3,
        initializer: .truncatedNormal(deviation: 0.02))
    }
    // It begins at the centred box of about the size that it is taught first. Begun at random, half
    // of the boxes start near the greatest or the least size, where the sigmoid hardly learns.
    let share = Double((halfSide - 1 / 6) * 3)
    out.bias?.value = Tensor([0, 0, Float(log(share / (1 - share)))], shape: [3])
  }

  /// The name of the dense layer's weights, which model files hold as whole numbers: they are most
  /// of a network's, and 8 bits of each move a box by less than can be seen. Nil where there is none.
  var quantizedWeights: String? {
    guard case .dense(let layer) = hidden else { return nil }
    return layer.weight.name
  }

  /// `[N, C, h, w]` to boxes in units of the side of what the map shows.
  public func callAsFunction(_ features: Tensor) -> Box {
    let shape = features.shape
    let pooled = adaptiveAveragePool(features, size: grid)
    let gathered =
      switch hidden {
      case .dense(let layer):
        layer(pooled.reshaped([shape[0], shape[1] * grid * grid])).tanh()
      case .attention(let attention): attention(pooled)
      }
    let value = out(gathered).sigmoid()
    let half = value.sliced(2..<3, axis: 1) * Float(1.0 / 3) + Float(1.0 / 6)
    let center = half + (1 - 2 * half) * value.sliced(0..<2, axis: 1)
    return Box(concatenated([center, half], axis: 1))
  }
}

/// A transformer over the places of a map: `[N, C, h, w]` to `[N, width]`, what a token of no place
/// gathers from all.
private struct MapAttention {
  /// Columns of a token: as many as asked for, rounded up to what heads and encoding need.
  let width: Int
  private let embedding: Linear
  private let query: Parameter
  private let encoder: TransformerEncoder
  private let encoding: SinusoidalEncoding2D

  init(_ scope: ParameterScope, channels: Int, width: Int) {
    self.width = (width + 15) / 16 * 16
    var configuration = TransformerConfiguration(
      width: self.width, heads: 4, hidden: 2 * self.width)
    configuration.normalizesFirst = true
    configuration.activation = .gelu
    configuration.dropout = 0
    embedding = Linear(scope("embedding"), inputs: channels, outputs: self.width)
    query = scope.parameter("query", [1, 1, self.width], .normal(deviation: 0.02))
    encoder = TransformerEncoder(scope("encoder"), layers: 2, configuration)
    encoding = SinusoidalEncoding2D(channels: self.width)
  }

  func callAsFunction(_ map: Tensor) -> Tensor {
    let (count, height, columns) = (map.shape[0], map.shape[2], map.shape[3])
    func tokens(_ map: Tensor, _ count: Int, _ channels: Int) -> Tensor {
      map.reshaped([count, channels, height * columns]).transposed([0, 2, 1])
    }
    let places = encoding.table(height: height, width: columns)
    let seen = embedding(tokens(map, count, map.shape[1])) + tokens(places, 1, width)
    let asking = query.tensor.gathered([Int](repeating: 0, count: count), axis: 0)
    return encoder(concatenated([asking, seen], axis: 1))
      .sliced(0..<1, axis: 1).reshaped([count, width])
  }
}
