// swift-tools-version: 6.1
import PackageDescription

/// The readers of files once more, with the address sanitizer and the fuzzer's counters, hence a
/// package of its own. `-enable-testing` lets the fuzzer call what the modules keep to themselves.
let fuzzed: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library", "-enable-testing"]),
]
/// The undefined-behaviour sanitizer knows C alone; Swift traps by itself.
let fuzzedC: [CSetting] = [
  .unsafeFlags([
    "-fsanitize=fuzzer-no-link,address,undefined", "-fno-sanitize-recover=undefined",
  ])
]

let package = Package(
  name: "racnn-fuzz",
  targets: [
    .target(name: "CJPEG", cSettings: fuzzedC, linkerSettings: [.linkedLibrary("jpeg")]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(name: "CSHA256", cSettings: fuzzedC),
    // Of the kernels those that pictures need.
    .target(name: "CKernels", sources: ["Parallel.c", "Resize.c"], cSettings: fuzzedC),
    .target(name: "Files", dependencies: ["CSHA256"], swiftSettings: fuzzed),
    .target(
      name: "Images", dependencies: ["CJPEG", "CPNG", "CKernels", "Files"],
      swiftSettings: fuzzed),
    // Of NeuralNetworks what reads weights, which needs no tensors.
    .target(name: "Weights", dependencies: ["Files"], swiftSettings: fuzzed),
    .executableTarget(
      name: "Fuzz", dependencies: ["Images", "Weights"], swiftSettings: fuzzed,
      linkerSettings: [
        // gold ends in an error of its own here.
        .unsafeFlags([
          "-sanitize=fuzzer,address", "-use-ld=lld", "-Xclang-linker", "-fsanitize=undefined",
        ])
      ]),
  ])
