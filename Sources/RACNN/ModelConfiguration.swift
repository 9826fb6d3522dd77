public import ImageDatasets

/// Where a network looks next.
public enum BoxPolicy: String, Codable, CaseIterable, Sendable {
  /// Where its attention proposal networks say.
  case learned
  /// At the largest summed response of the last convolution, as the paper begins.
  case initial
  /// At the middle: the control that has learned nothing.
  case center
}

/// All that makes up a network but its parameters; it travels in the model file.
public struct ModelConfiguration: Codable, Hashable, Sendable {
  /// The convolutional network of every scale.
  public var backbone: BackboneArchitecture
  /// The classes in the order of the logits.
  public var classNames: [String]
  /// The side in pixels of what each scale looks at; as many scales as there are sizes.
  public var inputSizes: [Int]
  /// The side in pixels of the square that a photo is shown as, and crops are sampled from.
  public var sourceSize: Int
  /// Which part of a photo this square shows; nil, as in models of before there was a choice, is the
  /// middle.
  public var framing: Framing?
  /// Whether one backbone serves all scales.
  public var sharesBackbone = false
  /// k of the attention mask a side of the parent box; nil is a hard crop.
  public var maskSharpness: Float? = 80
  /// What tells boxes where to move when APNs learn; nil is the exact gradient. With the surrogate
  /// crops are hard, and k is of its own mask.
  public var boxGradient: BoxGradient?
  /// Units of the APN's hidden layer (1024 in the paper); nil for a network without APNs.
  public var proposalWidth: Int? = 128
  /// Whether there is a fusion layer; without one the decision is a mean of the probabilities.
  public var fuses = true
  /// How the scales decide together; nil, as in models of before it was found by training, is by the
  /// fusion layer, or else by the mean of all.
  public var decision: Decision?
  /// What the fusion layer is; nil, as in models of before there was a choice, is linear.
  public var fusion: FusionKind?
  /// What the APNs are made of; nil, as in models of before there was a choice, is dense.
  public var proposal: ProposalKind?
  /// Where the network looks next.
  public var boxPolicy = BoxPolicy.learned
  /// The half-side of initial boxes, a parent's side, and of those at the middle; nil is the paper's.
  public var initialHalfSide: Float?
  /// What is done to a photo's samples before the network sees them.
  public var normalization: Normalization

  /// A network of three scales, or as many as `inputSizes` has.
  public init(
    backbone: BackboneArchitecture, classNames: [String], inputSizes: [Int], sourceSize: Int
  ) {
    self.backbone = backbone
    self.classNames = classNames
    self.inputSizes = inputSizes
    self.sourceSize = sourceSize
    normalization = backbone.normalization
  }
}
