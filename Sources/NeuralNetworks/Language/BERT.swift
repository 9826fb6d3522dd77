public import Tensors

/// What a BERT makes of a batch of token sequences.
public struct BERTOutput {
  /// `[N, T, width]`: a vector for each token; those of padding mean nothing.
  public let tokens: Tensor
  /// `[N, width]`: a vector for each sequence, made from its first token; nil without a pooler.
  public let pooled: Tensor?
}

/// A transformer's encoder that reads text in both directions: Devlin et al., "BERT: Pre-training of
/// Deep Bidirectional Transformers for Language Understanding", NAACL 2019.
///
/// Parameters have Hugging Face's names.
public struct BERT {
  /// The sizes.
  public let configuration: BERTConfiguration
  /// The parameters.
  public let store: ParameterStore
  private let embeddings: BERTEmbeddings
  private let layers: [TransformerEncoderLayer]
  private let pooler: BERTPooler?

  /// Makes a network with weights that are drawn; the seed decides them.
  public init(_ configuration: BERTConfiguration, seed: UInt64, hasPooler: Bool = true) {
    self.init(configuration, ParameterStore(seed: seed), hasPooler: hasPooler)
  }

  /// Loads `config.json` and `model.safetensors` of a folder as Hugging Face's library saves it.
  ///
  /// A network of `BertModel` with a head on top is taken without its head.
  public init(contentsOf folder: String) throws(LanguageError) {
    let configuration = try BERTConfiguration(contentsOf: folder + "/config.json")
    let weights = try HuggingFaceWeights(folder + "/model.safetensors", prefix: "bert.")
    try weights.expect(
      layers: configuration.layers,
      embeddings: [configuration.vocabularySize, configuration.width],
      configuration: folder + "/config.json")
    let store = ParameterStore(seed: 0, initializes: false)
    self.init(configuration, store, hasPooler: weights.hasPooler)
    try weights.load(into: store)
  }

  private init(_ configuration: BERTConfiguration, _ store: ParameterStore, hasPooler: Bool) {
    let scope = store.scope
    self.configuration = configuration
    self.store = store
    embeddings = BERTEmbeddings(
      scope("embeddings"), configuration, width: configuration.width)
    let transformer = configuration.transformer(.bert)
    layers = (0..<configuration.layers).map {
      TransformerEncoderLayer(scope("encoder.layer")($0), transformer)
    }
    pooler = hasPooler ? BERTPooler(scope("pooler.dense"), configuration) : nil
  }

  /// The vectors of a batch. A token or segment beyond the configuration's, or a sequence that is too
  /// long, traps.
  public func callAsFunction(_ batch: TokenBatch) -> BERTOutput {
    let mask = AttentionMask(keys: batch.mask)
    let tokens = layers.reduce(embeddings(batch)) { x, layer in layer(x, mask: mask) }
    return BERTOutput(tokens: tokens, pooled: pooler.map { $0(tokens) })
  }
}

/// A BERT with smaller embeddings and layers that share their weights: Lan et al., "ALBERT: A Lite
/// BERT for Self-supervised Learning of Language Representations", ICLR 2020.
public struct ALBERT {
  /// The sizes.
  public let configuration: ALBERTConfiguration
  /// The parameters, with Hugging Face's names.
  public let store: ParameterStore
  private let embeddings: BERTEmbeddings
  private let expand: Linear
  private let groups: [[TransformerEncoderLayer]]
  private let pooler: BERTPooler?

  /// Makes a network with weights that are drawn; the seed decides them.
  public init(_ configuration: ALBERTConfiguration, seed: UInt64, hasPooler: Bool = true) {
    self.init(configuration, ParameterStore(seed: seed), hasPooler: hasPooler)
  }

  /// Loads `config.json` and `model.safetensors` of a folder; see `BERT`.
  public init(contentsOf folder: String) throws(LanguageError) {
    let configuration = try ALBERTConfiguration(contentsOf: folder + "/config.json")
    let weights = try HuggingFaceWeights(folder + "/model.safetensors", prefix: "albert.")
    try weights.expect(
      layers: configuration.groups * configuration.layersPerGroup,
      embeddings: [configuration.bert.vocabularySize, configuration.embeddingWidth],
      configuration: folder + "/config.json")
    let store = ParameterStore(seed: 0, initializes: false)
    self.init(configuration, store, hasPooler: weights.hasPooler)
    try weights.load(into: store)
  }

  private init(_ configuration: ALBERTConfiguration, _ store: ParameterStore, hasPooler: Bool) {
    let (scope, bert) = (store.scope, configuration.bert)
    self.configuration = configuration
    self.store = store
    embeddings = BERTEmbeddings(scope("embeddings"), bert, width: configuration.embeddingWidth)
    let transformer = bert.transformer(.albert)
    expand = transformer.linear(
      scope("encoder.embedding_hidden_mapping_in"), inputs: configuration.embeddingWidth,
      outputs: bert.width)
    groups = (0..<configuration.groups).map { group in
      (0..<configuration.layersPerGroup).map {
        TransformerEncoderLayer(
          scope("encoder.albert_layer_groups")(group)("albert_layers")($0), transformer)
      }
    }
    pooler = hasPooler ? BERTPooler(scope("pooler"), bert) : nil
  }

  /// The vectors of a batch; see `BERT`.
  public func callAsFunction(_ batch: TokenBatch) -> BERTOutput {
    let mask = AttentionMask(keys: batch.mask)
    var tokens = expand(embeddings(batch))
    for turn in 0..<configuration.bert.layers {
      let group = groups[turn * groups.count / configuration.bert.layers]
      tokens = group.reduce(tokens) { x, layer in layer(x, mask: mask) }
    }
    return BERTOutput(tokens: tokens, pooled: pooler.map { $0(tokens) })
  }
}
