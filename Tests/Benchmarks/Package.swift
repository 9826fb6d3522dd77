// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "benchmarks",
  products: [.executable(name: "racnn-benchmark", targets: ["Benchmark"])],
  traits: [
    .trait(name: "OneDNN", description: "Compute with oneDNN; without it, in plain Swift."),
    .default(enabledTraits: ["OneDNN"]),
  ],
  dependencies: [
    .package(
      name: "racnn", path: "../..",
      traits: [.trait(name: "OneDNN", condition: .when(traits: ["OneDNN"]))]),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CMachine"),
    .executableTarget(
      name: "Benchmark",
      dependencies: [
        "CMachine",
        .product(name: "RACNN", package: "racnn"),
        .product(name: "NeuralNetworks", package: "racnn"),
        .product(name: "Tensors", package: "racnn"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
  ]
)
