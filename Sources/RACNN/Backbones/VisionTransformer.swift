public import NeuralNetworks
public import Tensors

/// Vision transformer: Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021; the tiny and
/// small models of Touvron et al., "Training data-efficient image transformers", ICML 2021.
///
/// Patches of 16 pixels become tokens; a class token, which attends to all, is the descriptor. The
/// classifier is left out. Photos of another size than 224 pixels get the positional encoding
/// resized, as timm does it.
public struct VisionTransformer: Backbone {
  /// The models by columns of a token; the heads have 64 each.
  public enum Size: Int, Hashable, Sendable {
    case tiny = 192
    case small = 384
  }

  public let channels: Int
  public let stride = 16
  private let patchWeight: Parameter
  private let patchBias: Parameter
  private let classToken: Parameter
  private let positions: Parameter
  private let blocks: [TransformerEncoderLayer]
  private let norm: LayerNorm
  private let store: ParameterStore

  /// Tokens a side that the positional encoding has: of photos of 224 pixels.
  private static let side = 14

  /// Makes the parameters in a scope, named as timm's.
  ///
  /// - Parameter blocks: 12 in every published model.
  public init(_ scope: ParameterScope, size: Size, blocks count: Int = 12) {
    store = scope.store
    let width = size.rawValue
    var configuration = TransformerConfiguration(
      width: width, heads: width / 64, hidden: 4 * width)
    configuration.activation = .gelu
    configuration.normalizesFirst = true
    configuration.epsilon = 1e-6
    configuration.dropout = 0
    configuration.initializer = .truncatedNormal(deviation: 0.02)
    configuration.biasInitializer = .zeros
    configuration.names = .timm
    channels = width
    classToken = scope.parameter("cls_token", [1, 1, width], .normal(deviation: 1e-6))
    positions = scope.parameter(
      "pos_embed", [1, 1 + Self.side * Self.side, width], .truncatedNormal(deviation: 0.02))
    let patches = scope("patch_embed")("proj")
    patchWeight = patches.parameter("weight", [width, 3, stride, stride], .kaimingUniform)
    patchBias = patches.parameter(
      "bias", [width], .uniform(bound: 1 / Float(3 * stride * stride).squareRoot()))
    blocks = (0..<count).map { TransformerEncoderLayer(scope("blocks")($0), configuration) }
    norm = LayerNorm(scope("norm"), channels: width, epsilon: configuration.epsilon)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { look(x).features }

  public func look(_ x: Tensor) -> (features: Tensor, descriptor: Tensor) {
    let (height, width) = (x.shape[2] / stride, x.shape[3] / stride)
    let tokens = norm(
      blocks.reduce(embedded(x)) { x, block in store.block(x) { block($0) } })
    let places = tokens.sliced(1..<tokens.shape[1], axis: 1)
    return (
      places.transposed([0, 2, 1]).reshaped([x.shape[0], channels, height, width]),
      tokens.sliced(0..<1, axis: 1).reshaped([x.shape[0], channels])
    )
  }

  /// How much of the class token comes from each patch through all blocks: Abnar, Zuidema,
  /// "Quantifying Attention Flow in Transformers", ACL 2020 (attention roll-out); off the tape.
  public func response(to x: Tensor, features: Tensor) -> Tensor {
    withoutTape {
      var inputs = [embedded(x)]
      for block in blocks.dropLast() { inputs.append(block(inputs[inputs.count - 1])) }
      let (count, tokens) = (x.shape[0], inputs[0].shape[1])
      var shares = Tensor(
        (0..<count * tokens).map { $0 % tokens == 0 ? 1 : 0 }, shape: [count, tokens])
      for (block, input) in zip(blocks, inputs).reversed() {
        shares = block.rolledOut(shares, input)
      }
      return shares.sliced(1..<tokens, axis: 1)
        .reshaped([count, x.shape[2] / stride, x.shape[3] / stride])
    }
  }

  /// The class token and a token for each patch, with their places.
  private func embedded(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.rank == 4 && x.shape[2] % stride == 0 && x.shape[3] % stride == 0,
      "VisionTransformer: \(x.shape) is not made of patches of \(stride)")
    let (count, height, width) = (x.shape[0], x.shape[2] / stride, x.shape[3] / stride)
    let start = classToken.tensor.gathered([Int](repeating: 0, count: count), axis: 0)
    // A convolution in steps of its own window is a product of matrices, which is faster: oneDNN's
    // gradient to such a filter takes a generic path.
    let patches = x.reshaped([count, 3, height, stride, width, stride])
      .transposed([0, 2, 4, 1, 3, 5]).reshaped([count, height * width, 3 * stride * stride])
    let tokens = linear(
      patches, weight: patchWeight.tensor.reshaped([channels, 3 * stride * stride]),
      bias: patchBias.tensor)
    return concatenated([start, tokens], axis: 1) + positions(height: height, width: width)
  }

  private func positions(height: Int, width: Int) -> Tensor {
    let all = positions.tensor
    if height == Self.side, width == Self.side { return all }
    let map = all.sliced(1..<all.shape[1], axis: 1).transposed([0, 2, 1])
      .reshaped([1, channels, Self.side, Self.side])
    let resized = resized(map, height: height, width: width, filter: .cubic)
      .reshaped([1, channels, height * width]).transposed([0, 2, 1])
    return concatenated([all.sliced(0..<1, axis: 1), resized], axis: 1)
  }
}
