internal import ImageDatasets
public import Images
internal import NeuralNetworks
private import Synchronization
internal import Tensors

/// Says what a photo shows, and where it looked.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: "birds.safetensors")
/// let answer = try classifier.classify(contentsOf: "photo.jpg", top: 5)
/// print(answer.labels[0], answer.scales.map(\.box))
/// ```
///
/// One classifier may be used from any number of threads at once. They decode side by side and
/// compute in turn, whichever classifier they use: the kernels use all processors for one photo.
/// Answers are the same, bit for bit, as those of one thread. `model` is not guarded so: nothing
/// else may compute with it, or change it, while classifiers answer.
public final class Classifier: @unchecked Sendable {
  /// Who computes; the OpenMP library's threads would be made again for each thread beside it.
  private static let computing = Mutex(())

  /// The network.
  public let model: RecurrentAttentionCNN

  /// Uses a network that is in memory.
  public init(_ model: RecurrentAttentionCNN) {
    self.model = model
    model.store.setTrainable(false)
  }

  /// Loads the model file at `path`, which holds all that is needed.
  ///
  /// - Throws: `RACNNError.unusableModel` or `WeightsError`.
  public convenience init(contentsOf path: String) throws {
    self.init(try RecurrentAttentionCNN(contentsOf: path))
  }

  /// The embedded ImageNet network: 1,000 classes, one backbone at three scales, boxes at the
  /// largest response, and the mean of the three views' probabilities.
  ///
  /// - Throws: `WeightsError.notInstalled` when the weights are not where the package has them.
  public static func embedded() throws -> Classifier {
    let backbone = BackboneArchitecture.tfEfficientNetLite0
    let path = try EmbeddedWeights.path(for: backbone.rawValue)
    let file = try SafetensorsFile(contentsOf: path)
    guard let classNames = try file.strings("class_names") else {
      throw RACNNError.unusableModel(path: path, reason: "it has no class names")
    }
    var configuration = ModelConfiguration(
      backbone: backbone, classNames: classNames, inputSizes: [224, 224, 224], sourceSize: 448)
    configuration.sharesBackbone = true
    configuration.maskSharpness = nil
    configuration.proposalWidth = nil
    configuration.fuses = false
    configuration.boxPolicy = .initial
    let store = ParameterStore(seed: 0, initializes: false)
    let model = RecurrentAttentionCNN(
      configuration, store: store, makeBackbone: backbone.make)
    try store.load(
      file, into: "scales.0.backbone", allowingUnexpected: { $0.hasPrefix("classifier.") },
      lending: true)
    for index in model.scales.indices {
      try store.load(file, prefix: "classifier.", into: "scales.\(index).classifier")
    }
    return Classifier(model)
  }

  /// The classes that it tells apart.
  public var classNames: [String] { model.configuration.classNames }

  /// The side below which a decoded photo would lose detail that the network sees.
  public var minimumSide: Int { Source.shorterSide(model.configuration.sourceSize) }

  /// Classifies the JPEG or PNG file at `path`.
  ///
  /// - Parameters:
  ///   - top: How many classes to name at most.
  ///   - crops: Whether the answer holds what each scale saw.
  ///   - adaptive: Whether to look closer only while the answer is not sure enough.
  /// - Throws: `ImageError`, naming the file; `RACNNError.badSetting` when it is to be adaptive and
  ///   training found no confidence that suffices; and `RACNNError.noAnswer` when the network's
  ///   weights are no numbers.
  public func classify(
    contentsOf path: String, top: Int = 5, crops: Bool = false, adaptive: Bool = false
  ) throws -> Answer {
    try classify(
      Photo(contentsOf: path, minimumSide: minimumSide), top: top, crops: crops,
      adaptive: adaptive)
  }

  /// Classifies a photo.
  ///
  /// - Parameters:
  ///   - top: How many classes to name at most.
  ///   - crops: Whether the answer holds what each scale saw.
  ///   - adaptive: Whether to look closer only while the answer is not sure enough.
  /// - Throws: `RACNNError.badSetting` when it is to be adaptive and training found no confidence,
  ///   and `RACNNError.noAnswer` when the network's weights are no numbers.
  public func classify(
    _ photo: Photo, top: Int = 5, crops: Bool = false, adaptive: Bool = false
  ) throws -> Answer {
    let confidence = adaptive ? try model.confidence(nil) : .infinity
    let side = model.configuration.sourceSize
    let photoSource = Source(photo, size: side)
    let samples = photoSource.view(model.framing).rendered(
      photoSource.image, size: side, normalization: model.configuration.normalization)
    return try Classifier.computing.withLock { _ in
      try answer(samples, photo, top, crops, confidence)
    }
  }

  /// The answer from a source's `[3, side, side]` samples.
  private func answer(
    _ samples: [Float], _ photo: Photo, _ top: Int, _ crops: Bool, _ confidence: Float
  ) throws(RACNNError) -> Answer {
    let side = model.configuration.sourceSize
    let source = Tensor(samples, shape: [1, 3, side, side])
    let output = withoutTape { model.lookingAsNeeded(source, confidence: confidence)[0].output }
    guard output.probabilities.isFinite else { throw .noAnswer }
    let scales = output.views.enumerated().map { index, view in
      let (labels, probabilities) = best(
        output.decision.probabilities(view.logits, ofScale: index), top)
      return ScaleAnswer(
        labels: labels, probabilities: probabilities,
        box: Rectangle(
          box: view.box.values.values[...], width: photo.width, height: photo.height,
          framing: model.framing))
    }
    let (labels, probabilities) = best(output.probabilities, top)
    return Answer(
      labels: labels, probabilities: probabilities, scales: scales, width: photo.width,
      height: photo.height,
      crops: crops
        ? zip(model.scales, output.views).map { rendered($0.crop(source, $1.box)) } : [])
  }

  /// The likeliest classes of `[1, classes]`; equal ones in their own order.
  private func best(_ probabilities: Tensor, _ top: Int) -> ([String], [Float]) {
    let values = probabilities.values
    let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }.prefix(max(0, top))
    return (order.map { classNames[$0] }, order.map { values[$0] })
  }

  /// A crop `[1, 3, s, s]` as a picture, mask and all.
  private func rendered(_ crop: Tensor) -> Image {
    let normalization = model.configuration.normalization
    let values = crop.values
    let (height, width) = (crop.shape[2], crop.shape[3])
    let count = width * height
    var pixels = [UInt8](repeating: 0, count: 3 * count)
    for channel in 0..<3 {
      let (mean, deviation) = (normalization.mean[channel], normalization.deviation[channel])
      for index in 0..<count {
        let sample = values[channel * count + index] * deviation + mean
        pixels[3 * index + channel] = UInt8(min(max(sample, 0), 255).rounded())
      }
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}
