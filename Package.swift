// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Defined for C sources when the oneDNN trait is on, as `OneDNN` is for Swift ones.
let oneDNN: [CSetting] = [.define("RACNN_ONEDNN", .when(traits: ["OneDNN"]))]

let package = Package(
  name: "racnn",
  products: [
    .library(name: "RACNN", targets: ["RACNN"]),
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "NeuralNetworks", targets: ["NeuralNetworks"]),
    .library(name: "Images", targets: ["Images"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "ImageDatasets", targets: ["ImageDatasets"]),
    .executable(name: "racnn", targets: ["RACNNCommand"]),
  ],
  traits: [
    .trait(name: "OneDNN", description: "Compute with oneDNN; without it, in plain Swift."),
    .default(enabledTraits: ["OneDNN"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(
      name: "COneDNN", dependencies: ["CKernels"], cSettings: oneDNN,
      linkerSettings: [.linkedLibrary("dnnl", .when(traits: ["OneDNN"]))]),
    .target(
      name: "CKernels", cSettings: oneDNN,
      linkerSettings: [.linkedLibrary("gomp", .when(traits: ["OneDNN"])), .linkedLibrary("m")]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
    .systemLibrary(
      name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CSHA256"),
    .target(name: "Files", dependencies: ["CSHA256"], swiftSettings: strict),
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels"], swiftSettings: strict),
    .target(name: "NeuralNetworks", dependencies: ["Tensors", "Files"], swiftSettings: strict),
    .target(
      name: "Images", dependencies: ["CJPEG", "CPNG", "CKernels", "Files"], swiftSettings: strict),
    .target(
      name: "ImageDatasets", dependencies: ["Images", "Tensors", "Files", "CKernels"],
      swiftSettings: strict),
    .target(
      name: "RACNN",
      dependencies: ["NeuralNetworks", "Tensors", "ImageDatasets", "Images", "Files"],
      resources: [.copy("../../models/tf_efficientnet_lite0.safetensors")],
      swiftSettings: strict),
    .executableTarget(
      name: "RACNNCommand",
      dependencies: [
        "RACNN", "NeuralNetworks", "Tensors", "ImageDatasets", "Images", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(name: "FilesTests", dependencies: ["Files", "CSHA256"], swiftSettings: strict),
    .testTarget(
      name: "TensorsTests", dependencies: ["Tensors", "Files"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(
      name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "Tensors", "Files"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(name: "ImagesTests", dependencies: ["Images", "Files"], swiftSettings: strict),
    .testTarget(
      name: "ImageDatasetsTests", dependencies: ["ImageDatasets", "Images", "Files", "Tensors"],
      swiftSettings: strict),
    .testTarget(
      name: "RACNNTests",
      dependencies: ["RACNN", "ImageDatasets", "Images", "NeuralNetworks", "Tensors", "Files"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "RACNNCommandTests",
      dependencies: ["RACNNCommand", "ImageDatasets", "RACNN", "Images", "Files"],
      swiftSettings: strict),
  ]
)
