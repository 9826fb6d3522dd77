internal import Tensors

/// What the layers of a transformer have in common; "Attention Is All You Need" (Vaswani et al.,
/// NeurIPS 2017) unless told otherwise.
public struct TransformerConfiguration: Hashable, Sendable {
  /// The non-linearity of the feed-forward part.
  public enum Activation: String, Hashable, Sendable, Codable {
    case relu
    /// The exact form, with the error function.
    case gelu
    /// The form with the hyperbolic tangent, ALBERT's.
    case geluTanh

    func callAsFunction(_ x: Tensor) -> Tensor {
      switch self {
      case .relu: x.relu()
      case .gelu: x.gelu()
      case .geluTanh: x.geluTanh()
      }
    }
  }

  /// Columns of a token; `d_model` in the paper.
  public var width: Int
  /// Heads of an attention; they divide the width.
  public var heads: Int
  /// Columns within the feed-forward part; `d_ff` in the paper.
  public var hidden: Int
  /// Between the two layers of the feed-forward part.
  public var activation = Activation.relu
  /// Whether a layer normalises what goes into its parts, and not, as in the paper, their sum with
  /// what comes out: Xiong et al., "On Layer Normalization in the Transformer Architecture", 2020.
  public var normalizesFirst = false
  /// What layer norms add to the variance.
  public var epsilon: Float = 1e-5
  /// The share that is dropped of attention's weights, of the hidden columns and of each part's
  /// output, while the store's `usesDropout` is on.
  public var dropout: Float = 0.1
  /// The share that is dropped of attention's weights; `dropout` unless given.
  public var attentionDropout: Float?
  /// The share that is dropped of the hidden columns; `dropout` unless given.
  public var hiddenDropout: Float?
  /// Whether linear layers have a bias.
  public var hasBias = true
  /// How matrices begin. Nil is PyTorch's way for single layers.
  public var initializer: Initializer?
  /// How biases of linear layers begin. Nil is PyTorch's way.
  public var biasInitializer: Initializer?
  /// What the parameters are called.
  public var names = TransformerNames.pyTorch

  /// The base model of the paper: 512 columns, 8 heads, 2,048 hidden columns.
  public init(width: Int = 512, heads: Int = 8, hidden: Int = 2048) {
    self.width = width
    self.heads = heads
    self.hidden = hidden
  }
}

/// What the parts of an attention and of an encoder layer are called in files of weights.
public struct TransformerNames: Hashable, Sendable {
  /// The linear layers to queries, keys and values.
  public enum Projections: Hashable, Sendable {
    /// One matrix `[3 width, width]` and one bias, by their full names.
    case packed(weight: String, bias: String)
    /// A linear layer each.
    case separate(query: String, key: String, value: String)
  }

  /// The attention within its layer; empty for none of its own.
  public var attention: String
  /// Within the attention.
  public var projections: Projections
  /// Within the attention, the linear layer after the heads.
  public var output: String
  /// The norm before or after the attention.
  public var attentionNorm: String
  /// The two layers of the feed-forward part.
  public var expand: String
  public var project: String
  /// The norm before or after the feed-forward part.
  public var feedForwardNorm: String

  /// Names the parts; a point in a name makes a scope within a scope.
  public init(
    attention: String, projections: Projections, output: String, attentionNorm: String,
    expand: String, project: String, feedForwardNorm: String
  ) {
    self.attention = attention
    self.projections = projections
    self.output = output
    self.attentionNorm = attentionNorm
    self.expand = expand
    self.project = project
    self.feedForwardNorm = feedForwardNorm
  }

  /// PyTorch's `nn.MultiheadAttention` and `nn.TransformerEncoderLayer`.
  public static let pyTorch = TransformerNames(
    attention: "self_attn", projections: .packed(weight: "in_proj_weight", bias: "in_proj_bias"),
    output: "out_proj", attentionNorm: "norm1", expand: "linear1", project: "linear2",
    feedForwardNorm: "norm2")

  /// Hugging Face's BERT.
  public static let bert = TransformerNames(
    attention: "attention",
    projections: .separate(query: "self.query", key: "self.key", value: "self.value"),
    output: "output.dense", attentionNorm: "attention.output.LayerNorm",
    expand: "intermediate.dense", project: "output.dense", feedForwardNorm: "output.LayerNorm")

  /// Hugging Face's ALBERT.
  public static let albert = TransformerNames(
    attention: "attention", projections: .separate(query: "query", key: "key", value: "value"),
    output: "dense", attentionNorm: "attention.LayerNorm", expand: "ffn", project: "ffn_output",
    feedForwardNorm: "full_layer_layer_norm")

  /// timm's vision transformers.
  public static let timm = TransformerNames(
    attention: "attn", projections: .packed(weight: "qkv.weight", bias: "qkv.bias"),
    output: "proj", attentionNorm: "norm1", expand: "mlp.fc1", project: "mlp.fc2",
    feedForwardNorm: "norm2")
}

extension TransformerConfiguration {
  /// A linear layer that begins as the configuration says.
  func linear(_ scope: ParameterScope, inputs: Int, outputs: Int) -> Linear {
    Linear(
      scope, inputs: inputs, outputs: outputs, bias: hasBias,
      initializer: initializer ?? .kaimingUniform, biasInitializer: biasInitializer)
  }
}
