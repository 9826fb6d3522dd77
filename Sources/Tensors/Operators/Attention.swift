/// Which keys a query may look at, and what is added to its scores.
public struct AttentionMask {
  /// `[N, S]`: zero where a key is padding, which no query sees; any other number elsewhere. Nil
  /// means that all keys count.
  public var keys: Tensor?
  /// Query i sees keys 0 to i + offset only, as a decoder's do; nil means all.
  public var causalOffset: Int?
  /// Added to the scores: `[L, S]`, or with axes before them that are 1 or of `[N, heads, L, S]`.
  /// No gradient goes to it.
  public var additive: Tensor?

  /// Joins masks: a key is hidden where any hides it.
  public init(keys: Tensor? = nil, causalOffset: Int? = nil, additive: Tensor? = nil) {
    self.keys = keys
    self.causalOffset = causalOffset
    self.additive = additive
  }

  /// Every query sees every key.
  public static var none: AttentionMask { AttentionMask() }

  /// Query i sees keys 0 to i.
  public static var causal: AttentionMask { AttentionMask(causalOffset: 0) }
}

/// Which weights of an attention are dropped, as a seed decides.
public struct AttentionDropout {
  /// The share that is dropped.
  public let rate: Float
  let seed: UInt64

  /// Draws a seed.
  ///
  /// - Parameter rate: from 0 to below 1; another traps.
  public init(rate: Float, using generator: inout RandomGenerator) {
    precondition(rate >= 0 && rate < 1, "AttentionDropout: the rate \(rate)")
    self.rate = rate
    seed = generator.next()
  }
}

/// The sizes and masks of an attention.
struct AttentionProblem {
  let batch: Int
  let heads: Int
  let queries: Int
  let keys: Int
  /// Columns of a head's queries and keys, and of its values.
  let width: Int
  let valueWidth: Int
  let scale: Float
  let causalOffset: Int?
  let keyMask: Tensor?
  let bias: Tensor?
  /// Floats of the bias from one photo, or one head, to the next.
  let biasStrides: (batch: Int, head: Int)
  let dropout: AttentionDropout?

  var outputShape: Shape { [batch, queries, heads * valueWidth] }
}

/// Columns of a tensor `[N, T, columns]` that serve as an attention's queries, keys or values.
struct TokenColumns {
  let tensor: Tensor
  /// The first column.
  let first: Int
  /// Floats from a token to the next.
  var pitch: Int { tensor.shape[2] }
  /// Where the first token's columns begin.
  var pointer: UnsafeMutablePointer<Float> { tensor.pointer + first }
}

/// `softmax(Q K^T scale + masks) V` for several heads, in tiles: memory grows with the number of
/// tokens, not with its square.
///
/// The heads lie side by side in the columns, as a linear layer gives them, so nothing is
/// transposed. A query that sees no key gives zeros. Shapes that do not fit trap.
///
/// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017; in tiles as Dao et al.,
/// "FlashAttention", NeurIPS 2022.
///
/// - Parameters:
///   - query: `[N, L, heads E]`.
///   - key: `[N, S, heads E]`.
///   - value: `[N, S, heads V]`.
///   - scale: 1 / sqrt(E) unless given.
///   - dropout: of the weights; nil drops none.
/// - Returns: `[N, L, heads V]`.
public func scaledDotProductAttention(
  _ query: Tensor, _ key: Tensor, _ value: Tensor, heads: Int = 1, mask: AttentionMask = .none,
  scale: Float? = nil, dropout: AttentionDropout? = nil
) -> Tensor {
  let shapes = "\(query.shape), \(key.shape) and \(value.shape) in \(heads) heads"
  precondition(
    query.shape.rank == 3 && key.shape.rank == 3 && value.shape.rank == 3 && heads > 0
      && query.shape[0] == key.shape[0] && query.shape[2] == key.shape[2]
      && value.shape[0] == key.shape[0] && value.shape[1] == key.shape[1]
      && query.shape[2] % heads == 0 && value.shape[2] % heads == 0 && query.shape[2] > 0
      && value.shape[2] > 0,
    "scaledDotProductAttention: \(shapes)")
  let problem = AttentionProblem(
    query.shape, keys: key.shape[1], valueWidth: value.shape[2] / heads, heads: heads, mask: mask,
    scale: scale, dropout: dropout)
  let (q, k, v) = (query.plain, key.plain, value.plain)
  func columns(_ tensor: Tensor) -> TokenColumns { TokenColumns(tensor: tensor, first: 0) }
  let (y, logSums) = Kernels.current.attention(problem, columns(q), columns(k), columns(v))
  let kept = y.detached
  return y.recorded(from: [query, key, value]) { dy in
    let (dq, dk, dv) = (
      Tensor(uninitialized: q.shape), Tensor(uninitialized: k.shape),
      Tensor(uninitialized: v.shape)
    )
    Kernels.current.attentionGradient(
      problem, columns(q), columns(k), columns(v), kept, logSums, dy.plain,
      into: (columns(dq), columns(dk), columns(dv)))
    return [dq, dk, dv]
  }
}

/// Attention of tokens to one another, whose queries, keys and values lie side by side as one
/// linear layer gives them: else as `scaledDotProductAttention`, without copies of the three.
///
/// - Parameter packed: `[N, T, 3 heads E]`.
/// - Returns: `[N, T, heads E]`.
public func scaledDotProductSelfAttention(
  _ packed: Tensor, heads: Int, mask: AttentionMask = .none, scale: Float? = nil,
  dropout: AttentionDropout? = nil
) -> Tensor {
  precondition(
    packed.shape.rank == 3 && heads > 0 && packed.shape[2] % (3 * heads) == 0
      && packed.shape[2] > 0,
    "scaledDotProductSelfAttention: \(packed.shape) in \(heads) heads")
  let width = packed.shape[2] / 3
  let problem = AttentionProblem(
    [packed.shape[0], packed.shape[1], width], keys: packed.shape[1], valueWidth: width / heads,
    heads: heads, mask: mask, scale: scale, dropout: dropout)
  let x = packed.plain
  func part(_ tensor: Tensor, _ index: Int) -> TokenColumns {
    TokenColumns(tensor: tensor, first: index * width)
  }
  let (y, logSums) = Kernels.current.attention(problem, part(x, 0), part(x, 1), part(x, 2))
  let kept = y.detached
  return y.recorded(from: [packed]) { dy in
    let dx = Tensor(uninitialized: x.shape)
    Kernels.current.attentionGradient(
      problem, part(x, 0), part(x, 1), part(x, 2), kept, logSums, dy.plain,
      into: (part(dx, 0), part(dx, 1), part(dx, 2)))
    return [dx]
  }
}

extension AttentionProblem {
  init(
    _ query: Shape, keys: Int, valueWidth: Int, heads: Int, mask: AttentionMask, scale: Float?,
    dropout: AttentionDropout?
  ) {
    batch = query[0]
    self.heads = heads
    queries = query[1]
    self.keys = keys
    width = query[2] / heads
    self.valueWidth = valueWidth
    self.scale = scale ?? 1 / Float(width).squareRoot()
    causalOffset = mask.causalOffset
    precondition(
      mask.keys.map { $0.shape == [query[0], keys] } ?? true,
      "attention: a mask \(mask.keys?.shape ?? []) of [\(query[0]), \(keys)] keys")
    keyMask = mask.keys?.plain
    bias = mask.additive?.plain
    biasStrides = Self.strides(of: mask.additive, [query[0], heads, query[1], keys])
    self.dropout = dropout.flatMap { $0.rate > 0 ? $0 : nil }
  }

  private static func strides(
    of bias: Tensor?, _ full: [Int]
  ) -> (batch: Int, head: Int) {
    guard let bias else { return (0, 0) }
    precondition(!bias.wantsGradient, "attention: no gradient goes to an additive mask")
    let shape = [Int](repeating: 1, count: max(0, 4 - bias.shape.rank)) + bias.shape.dimensions
    precondition(
      (2...4).contains(bias.shape.rank) && shape[2...] == full[2...]
        && (shape[0] == 1 || shape[0] == full[0]) && (shape[1] == 1 || shape[1] == full[1]),
      "attention: an additive mask \(bias.shape) for scores \(full)")
    let plane = shape[2] * shape[3]
    return (shape[0] == 1 ? 0 : shape[1] * plane, shape[1] == 1 ? 0 : plane)
  }
}
