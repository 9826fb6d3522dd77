public import NeuralNetworks
public import Tensors

/// One look at the photos: what a scale saw, and what it makes of it.
public struct View {
  /// Where it looked, in units of the source's side.
  public let box: Box
  /// The last convolution's map, `[N, C, h, w]`.
  public let features: Tensor
  /// What the backbone makes of the whole view, `[N, C]`: the map's mean over the places, or a
  /// transformer's class token.
  public let descriptor: Tensor
  /// The scale's own verdict before the softmax, `[N, classes]`.
  public let logits: Tensor
  /// How much each place tells, `[N, h, w]`, computed when it is asked for; off the tape.
  let response: () -> Tensor
}

/// A scale of the network: a crop, a backbone, a classifier, and who says where to look next.
public struct Scale {
  /// How it looks at the source.
  public let crop: AttentionCrop
  /// Pictures to feature maps.
  public let backbone: any Backbone
  /// Descriptors to logits.
  public let classifier: Linear
  /// Feature maps to boxes; nil at the last scale, and in a network without APNs.
  public let proposal: AttentionProposalNetwork?

  /// Looks at the boxes of `source [N, 3, S, S]`.
  public func callAsFunction(_ source: Tensor, _ box: Box) -> View {
    let picture = crop(source, box)
    let (features, descriptor) = backbone.look(picture)
    let (seen, map) = (picture.detached, features.detached)
    return View(
      box: box, features: features, descriptor: descriptor, logits: classifier(descriptor),
      response: { backbone.response(to: seen, features: map) })
  }
}
