/// Gives the arrays of other people's networks the names that they have here.
public enum WeightConversion {
  /// The arrays of the package efficientnet_lite_pytorch's EfficientNet-Lite0, with timm's names of
  /// `tf_efficientnet_lite0` and in the order of its layers; counters of batches are dropped.
  ///
  /// - Throws: `WeightsError.missing` or `.unexpected` when `source` is no such network.
  public static func efficientNetLite0(
    _ source: some WeightSource
  ) throws(WeightsError) -> [(String, WeightArray)] {
    let pairs = efficientNetLite0Names
    let known = Set(pairs.map(\.theirs))
    for name in source.names where !known.contains(name) && !name.hasSuffix(counterSuffix) {
      throw .unexpected(path: source.path, name: name)
    }
    var result: [(String, WeightArray)] = []
    for (theirs, ours) in pairs { result.append((ours, try source.array(theirs))) }
    return result
  }

  /// Ends the names of arrays that count batches, which no one reads.
  private static let counterSuffix = ".num_batches_tracked"

  /// The array names of the package and those of timm, in the order of the layers.
  static let efficientNetLite0Names: [(theirs: String, ours: String)] = {
    var pairs: [(theirs: String, ours: String)] = []
    func convolution(_ theirs: String, _ ours: String) {
      pairs.append((theirs + ".weight", ours + ".weight"))
    }
    func norm(_ theirs: String, _ ours: String) {
      for part in ["weight", "bias", "running_mean", "running_var"] {
        pairs.append((theirs + "." + part, ours + "." + part))
      }
    }
    convolution("_conv_stem", "conv_stem")
    norm("_bn0", "bn1")
    // The package counts all blocks through, timm within each stage.
    var number = 0
    for (stage, depth) in [1, 2, 2, 3, 3, 4, 1].enumerated() {
      for block in 0..<depth {
        let (theirs, ours) = ("_blocks.\(number).", "blocks.\(stage).\(block).")
        number += 1
        // The first block does not expand its channels; timm numbers its norms from 1 all the same.
        let expands = stage > 0
        if expands {
          convolution(theirs + "_expand_conv", ours + "conv_pw")
          norm(theirs + "_bn0", ours + "bn1")
        }
        convolution(theirs + "_depthwise_conv", ours + "conv_dw")
        norm(theirs + "_bn1", ours + (expands ? "bn2" : "bn1"))
        convolution(theirs + "_project_conv", ours + (expands ? "conv_pwl" : "conv_pw"))
        norm(theirs + "_bn2", ours + (expands ? "bn3" : "bn2"))
      }
    }
    convolution("_conv_head", "conv_head")
    norm("_bn1", "bn2")
    pairs += [("_fc.weight", "classifier.weight"), ("_fc.bias", "classifier.bias")]
    return pairs
  }()
}
