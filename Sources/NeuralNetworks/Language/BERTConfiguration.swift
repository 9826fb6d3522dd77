/// The sizes of a BERT, as Hugging Face's `config.json` gives them.
public struct BERTConfiguration: Hashable, Sendable {
  /// Tokens of the vocabulary.
  public var vocabularySize = 30522
  /// Columns of a token.
  public var width = 768
  /// Encoder layers.
  public var layers = 12
  /// Heads of an attention; they divide the width.
  public var heads = 12
  /// Columns within the feed-forward part.
  public var hidden = 3072
  /// The non-linearity of the feed-forward part.
  public var activation = TransformerConfiguration.Activation.gelu
  /// Tokens of a sequence at most.
  public var maximumLength = 512
  /// Kinds of segments.
  public var segments = 2
  /// What layer norms add to the variance.
  public var epsilon: Float = 1e-12
  /// The share of columns that is dropped while training.
  public var dropout: Float = 0.1
  /// The share of attention's weights that is dropped while training.
  public var attentionDropout: Float = 0.1
  /// The deviation of weights that are drawn.
  public var initialDeviation: Float = 0.02

  /// The base model of Devlin et al., "BERT", NAACL 2019.
  public init() {}

  /// Reads the `config.json` that lies beside the weights.
  ///
  /// - Throws: `LanguageError.file`, `.configuration` or `.unsupported`.
  public init(contentsOf path: String) throws(LanguageError) {
    self.init()
    let file = try ConfigurationFile(path)
    try file.expectModel("bert")
    try read(file)
    try file.expectMemory(for: weightCount(layers: layers, embeddingWidth: width))
  }

  /// Takes what BERT and ALBERT have in common.
  mutating func read(_ file: ConfigurationFile) throws(LanguageError) {
    vocabularySize = try file.size("vocab_size", vocabularySize)
    width = try file.size("hidden_size", width)
    layers = try file.size("num_hidden_layers", layers)
    heads = try file.size("num_attention_heads", heads)
    hidden = try file.size("intermediate_size", hidden)
    maximumLength = try file.size("max_position_embeddings", maximumLength)
    segments = try file.size("type_vocab_size", segments)
    epsilon = try file.number("layer_norm_eps", epsilon, in: 0...1)
    dropout = try file.number("hidden_dropout_prob", dropout, in: 0...0.99)
    attentionDropout = try file.number(
      "attention_probs_dropout_prob", attentionDropout, in: 0...0.99)
    initialDeviation = try file.number("initializer_range", initialDeviation, in: 0...10)
    activation = try file.activation("hidden_act", activation)
    if width % heads != 0 {
      throw .configuration(
        path: file.path, problem: "\(heads) heads do not divide \(width) columns")
    }
    if try file.flag("is_decoder") == true {
      throw .unsupported(
        path: file.path, problem: "is_decoder is true",
        cure: "give an encoder, whose tokens see one another in both directions")
    }
    if let kind = try file.text("position_embedding_type"), kind != "absolute" {
      throw .unsupported(
        path: file.path, problem: "position_embedding_type is \(kind.debugDescription)",
        cure: "give a model with \"absolute\" positions")
    }
  }

  /// About as many weights as a network has that stores so many different layers.
  func weightCount(layers: Int, embeddingWidth: Int) -> Double {
    let (width, hidden) = (Double(width), Double(hidden))
    let rows = Double(vocabularySize + maximumLength + segments)
    return Double(embeddingWidth) * (rows + width) + Double(layers) * width
      * (4 * width + 2 * hidden)
  }

  /// The encoder's layers, with the names of their parameters.
  func transformer(_ names: TransformerNames) -> TransformerConfiguration {
    var configuration = TransformerConfiguration(width: width, heads: heads, hidden: hidden)
    configuration.activation = activation
    configuration.epsilon = epsilon
    configuration.dropout = dropout
    configuration.attentionDropout = attentionDropout
    configuration.hiddenDropout = 0
    configuration.initializer = .normal(deviation: initialDeviation)
    configuration.biasInitializer = .zeros
    configuration.names = names
    return configuration
  }
}

/// The sizes of an ALBERT: those of a BERT, smaller embeddings and layers that share weights.
public struct ALBERTConfiguration: Hashable, Sendable {
  /// What it has in common with a BERT.
  public var bert = BERTConfiguration()
  /// Columns of the embeddings, from which a linear layer makes those of a token.
  public var embeddingWidth = 128
  /// Groups of layers; all layers of a group are the same.
  public var groups = 1
  /// Layers that follow one another each time that their group's turn comes.
  public var layersPerGroup = 1

  /// The base model of Lan et al., "ALBERT", ICLR 2020.
  public init() {
    bert.vocabularySize = 30000
    bert.activation = .geluTanh
    bert.dropout = 0
    bert.attentionDropout = 0
  }

  /// Reads the `config.json` that lies beside the weights.
  ///
  /// - Throws: `LanguageError.file`, `.configuration` or `.unsupported`.
  public init(contentsOf path: String) throws(LanguageError) {
    self.init()
    let file = try ConfigurationFile(path)
    try file.expectModel("albert")
    try bert.read(file)
    embeddingWidth = try file.size("embedding_size", embeddingWidth)
    groups = try file.size("num_hidden_groups", groups)
    layersPerGroup = try file.size("inner_group_num", layersPerGroup)
    guard groups <= bert.layers else {
      throw .configuration(
        path: path, problem: "\(groups) groups of layers for \(bert.layers) layers")
    }
    let layers = groups * layersPerGroup
    try file.expectMemory(
      for: bert.weightCount(layers: layers, embeddingWidth: embeddingWidth))
  }
}
