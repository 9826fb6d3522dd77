import Tensors
import Testing

@Suite(.serialized) struct ConvolutionTests {
  struct Case: CustomStringConvertible {
    var inputs = 5
    var outputs = 7
    var size = (9, 8)
    var kernel = 3
    var stride = 1
    var padding = Padding.symmetric(1)
    var dilation = 1
    var groups = 1
    var activation = Activation.none

    var description: String {
      "\(inputs) to \(outputs), \(size), \(kernel) by \(stride), \(padding), \(dilation), \(groups)"
    }
  }

  static let cases = [
    Case(),
    Case(inputs: 3, outputs: 32, stride: 2, padding: .same),
    Case(inputs: 1, outputs: 1),
    Case(inputs: 24, outputs: 40, kernel: 1, padding: .symmetric(0)),
    Case(inputs: 17, outputs: 16, size: (7, 5), stride: 2),
    Case(inputs: 16, outputs: 16, size: (7, 7), dilation: 2),
    Case(inputs: 6, outputs: 9, groups: 3),
    Case(inputs: 16, outputs: 16, groups: 16),
    Case(inputs: 20, outputs: 20, size: (8, 11), kernel: 5, stride: 2, padding: .same, groups: 20),
    Case(inputs: 12, outputs: 12, kernel: 5, padding: .symmetric(2), groups: 12),
    Case(inputs: 8, outputs: 8, kernel: 3, dilation: 2, groups: 8),
    Case(inputs: 8, outputs: 16, groups: 8),
    Case(inputs: 5, outputs: 7, kernel: 1, stride: 2, padding: .symmetric(0)),
  ]

  /// A batch of no pictures gives none, and no gradient but zeros.
  @Test func anEmptyBatch() {
    let weight = Tensor.ones([64, 64, 3, 3]).variable()
    let y = convolution(Tensor.zeros([0, 64, 8, 8]), weight: weight, padding: .symmetric(1))
    #expect(y.shape == [0, 64, 8, 8] && y.values.isEmpty)
    let gradient = Tensors.gradients(of: y.sum(), for: [weight])[0]
    #expect(gradient?.values == [Float](repeating: 0, count: 64 * 64 * 9))
  }

  @Test(arguments: cases) func matchesReferenceAndDifferences(_ test: Case) {
    var generator = RandomGenerator(seed: 7)
    let inputs = [
      Tensor.random([2, test.inputs, test.size.0, test.size.1], using: &generator),
      Tensor.random(
        [test.outputs, test.inputs / test.groups, test.kernel, test.kernel], using: &generator),
      Tensor.random([test.outputs], using: &generator),
    ]
    func apply(_ x: [Tensor], _ activation: Activation) -> Tensor {
      convolution(
        x[0], weight: x[1], bias: x[2], stride: test.stride, padding: test.padding,
        dilation: test.dilation, groups: test.groups, activation: activation)
    }
    // Linear in each input: a great step has no error but rounding.
    if test.inputs * test.outputs < 200 {
      checkGradients(inputs, steps: [0.5], tolerance: 2e-3) { apply($0, .none) }
    }
    for activation in [Activation.none, .relu, .relu6] {
      let (ours, reference) = (
        gradients(inputs, activation, apply),
        Kernels.withReference {
          gradients(inputs, activation, apply)
        }
      )
      for (ours, reference) in zip(ours, reference) {
        expectEqual(ours, reference, tolerance: 1e-4)
      }
    }
  }

  /// The output and all gradients of its sum of squares.
  private func gradients(
    _ inputs: [Tensor], _ activation: Activation, _ apply: ([Tensor], Activation) -> Tensor
  ) -> [Tensor] {
    let variables = inputs.map { $0.variable() }
    let y = apply(variables, activation)
    let loss = y.squared().sum()
    return [y.detached] + Tensors.gradients(of: loss, for: variables).compactMap { $0 }
  }

  struct Chain: CustomStringConvertible {
    var isDepthwise = true
    var kernel = 3
    var stride = 1
    var dilation = 1
    var activations = (Activation.relu6, Activation.relu6)

    var description: String {
      "\(isDepthwise), \(kernel) by \(stride), \(dilation), \(activations)"
    }
  }

  static let chains = [
    Chain(), Chain(kernel: 5), Chain(stride: 2), Chain(kernel: 5, stride: 2),
    Chain(dilation: 2), Chain(kernel: 7), Chain(stride: 3),
    Chain(activations: (.relu, .relu6)), Chain(stride: 2, activations: (.relu6, .relu)),
    Chain(activations: (.relu6, .none)), Chain(activations: (.none, .relu6)),
    Chain(isDepthwise: false), Chain(isDepthwise: false, kernel: 1),
    Chain(isDepthwise: false, activations: (.relu, .relu)),
    Chain(isDepthwise: false, stride: 2, activations: (.relu6, .none)),
  ]

  /// A filter of each channel, and Winograd's method, drop for their neighbours what activations cut
  /// off: once, also where their output has other uses, or another activation stands between.
  @Test(arguments: chains) func activationsBetweenConvolutions(_ test: Chain) {
    var generator = RandomGenerator(seed: 6)
    let channels = test.isDepthwise ? 20 : 33
    let inputs = [
      Tensor.random([3, 5, 13, 9], using: &generator) * 8,
      Tensor.random([channels, 5, 1, 1], using: &generator),
      Tensor.random([channels], using: &generator),
      Tensor.random(
        [channels, test.isDepthwise ? 1 : channels, test.kernel, test.kernel], using: &generator)
        // Of the size that activations cut: errors are told in parts of the greatest output.
        * (test.isDepthwise ? 1 : 0.05),
      Tensor.random([channels], using: &generator) * 3,
    ]
    func apply(_ x: [Tensor], uses: Int) -> Tensor {
      let first = convolution(x[0], weight: x[1], bias: x[2], activation: test.activations.0)
      let between = uses == 2 ? add(first, first - 1, activation: .relu) : first
      let y = convolution(
        between, weight: x[3], bias: x[4], stride: test.stride, padding: .same,
        dilation: test.dilation, groups: test.isDepthwise ? channels : 1,
        activation: test.activations.1)
      return uses == 1 ? y.sum() + first.squared().sum() : y
    }
    for (threads, uses) in [(1, 0), (2, 0), (2, 1), (2, 2)] {
      setThreadCount(threads)
      let ours = gradients(inputs, .none) { x, _ in apply(x, uses: uses) }
      let reference = Kernels.withReference {
        gradients(inputs, .none) { x, _ in apply(x, uses: uses) }
      }
      #expect(ours.count == inputs.count + 1)
      for (ours, reference) in zip(ours, reference) {
        expectEqual(ours, reference, tolerance: 1e-4)
      }
    }
  }

  struct Large: CustomStringConvertible {
    var inputs: Int
    var outputs: Int
    var batch = 1
    var size: (Int, Int)
    var kernel = 3
    var padding = Padding.symmetric(1)

    var description: String {
      "\(batch) x \(inputs) to \(outputs), \(size), \(kernel), \(padding)"
    }
  }

  /// Enough channels for Winograd's method, on maps that its tiles do not divide.
  static let large = [
    Large(inputs: 32, outputs: 32, size: (8, 8)),
    Large(inputs: 35, outputs: 49, batch: 2, size: (13, 9)),
    Large(inputs: 64, outputs: 40, batch: 3, size: (7, 7)),
    Large(inputs: 33, outputs: 64, size: (1, 2)),
    Large(inputs: 32, outputs: 32, size: (5, 3), padding: .symmetric(0)),
    Large(inputs: 32, outputs: 32, size: (6, 7), padding: .symmetric(2)),
    // More tiles than are worked on at once, on two threads.
    Large(inputs: 64, outputs: 64, size: (90, 83)),
    Large(inputs: 256, outputs: 288, size: (17, 31)),
  ]

  /// Kernels of 1x1 whose outputs are one block of channels, or an odd or even number of blocks, the
  /// last of them not full.
  static let pointwise = [
    Large(inputs: 5, outputs: 8, size: (2, 2), kernel: 1, padding: .symmetric(0)),
    Large(inputs: 16, outputs: 3, batch: 2, size: (5, 7), kernel: 1, padding: .symmetric(0)),
    Large(inputs: 24, outputs: 24, batch: 3, size: (9, 13), kernel: 1, padding: .symmetric(0)),
    Large(inputs: 144, outputs: 37, size: (31, 30), kernel: 1, padding: .same),
    Large(inputs: 300, outputs: 18, batch: 2, size: (23, 17), kernel: 1, padding: .symmetric(0)),
    // Few pixels and many outputs.
    Large(inputs: 530, outputs: 200, batch: 2, size: (4, 5), kernel: 1, padding: .symmetric(0)),
    // Hardly any pixels, and some that lie outside.
    Large(inputs: 32, outputs: 32, size: (1, 3), kernel: 1, padding: .symmetric(0)),
    Large(inputs: 32, outputs: 32, size: (6, 7), kernel: 1, padding: .symmetric(1)),
  ]

  /// The oracle sums in single precision, its error is of the order of ours.
  @Test(arguments: large + pointwise) func manyChannelsMatchTheReference(_ test: Large) {
    var generator = RandomGenerator(seed: 3)
    let inputs = [
      Tensor.random([test.batch, test.inputs, test.size.0, test.size.1], using: &generator),
      Tensor.random([test.outputs, test.inputs, test.kernel, test.kernel], using: &generator),
      Tensor.random([test.outputs], using: &generator),
    ]
    func apply(_ x: [Tensor], _ activation: Activation) -> Tensor {
      convolution(
        x[0], weight: x[1], bias: x[2], padding: test.padding, activation: activation)
    }
    let reference = Kernels.withReference { gradients(inputs, .relu, apply) }
    defer { setThreadCount(2) }
    // More than there are processors, and one that only some ways of sharing the work divide.
    for threads in [1, 2, 3, 6] {
      setThreadCount(threads)
      let ours = gradients(inputs, .relu, apply)
      for (ours, reference) in zip(ours, reference) {
        expectEqual(ours, reference, tolerance: 1e-4)
      }
    }
  }

  static let sums = [
    // By oneDNN, with channels that fill no block and a stride; by Winograd's method; and afterwards.
    Case(inputs: 24, outputs: 40, kernel: 1, padding: .symmetric(0)),
    Case(inputs: 5, outputs: 7, kernel: 1, stride: 2, padding: .symmetric(0)),
    Case(inputs: 35, outputs: 49, size: (13, 9)),
    Case(), Case(inputs: 6, outputs: 9, groups: 3), Case(inputs: 16, outputs: 16, groups: 16),
  ]

  @Test(arguments: sums) func sumsBeforeTheActivation(_ test: Case) {
    var generator = RandomGenerator(seed: 8)
    let x = Tensor.random([2, test.inputs, test.size.0, test.size.1], using: &generator)
    let weight = Tensor.random(
      [test.outputs, test.inputs / test.groups, test.kernel, test.kernel], using: &generator)
    func apply(_ x: [Tensor], _ activation: Activation) -> Tensor {
      convolution(
        x[0], weight: x[1], bias: x[2], adding: x[3], stride: test.stride, padding: test.padding,
        groups: test.groups, activation: activation)
    }
    func plainly(_ x: [Tensor], _ activation: Activation) -> Tensor {
      let y = convolution(
        x[0], weight: x[1], bias: x[2], stride: test.stride, padding: test.padding,
        groups: test.groups)
      return add(y, x[3], activation: activation)
    }
    let bias = Tensor.random([test.outputs], using: &generator)
    let shape = convolution(
      x, weight: weight, stride: test.stride, padding: test.padding, groups: test.groups
    ).shape
    let inputs = [x, weight, bias, Tensor.random(shape, using: &generator) * 3]
    for activation in [Activation.none, .relu, .relu6] {
      let ours = gradients(inputs, activation, apply)
      let reference = Kernels.withReference { gradients(inputs, activation, plainly) }
      #expect(ours.count == 5 && reference.count == 5)
      for (ours, reference) in zip(ours, reference) {
        expectEqual(ours, reference, tolerance: 1e-4)
      }
      // A bias that is not there takes no other's place.
      let variable = inputs[3].variable()
      let y = convolution(
        x, weight: weight, adding: variable, stride: test.stride, padding: test.padding,
        groups: test.groups, activation: .relu)
      let slopes = Tensors.gradients(of: y.sum(), for: [variable])[0]?.values
      #expect(slopes == y.values.map { $0 > 0 ? 1 : 0 })
    }
  }

  @Test(arguments: large) func poolingAtOnceIsPoolingAfterwards(_ test: Large) {
    var generator = RandomGenerator(seed: 4)
    let x = Tensor.random(
      [test.batch, test.inputs, test.size.0 + 2, test.size.1 + 2], using: &generator)
    let weight = Tensor.random([test.outputs, test.inputs, 3, 3], using: &generator)
    let bias = Tensor.random([test.outputs], using: &generator)
    let y = convolution(
      x, weight: weight, bias: bias, padding: test.padding, activation: .relu)
    let pooled = maxPool(y, window: 2, stride: 2)
    func atOnce(_ x: Tensor) -> Tensor {
      maxPooledConvolution(
        x, weight: weight, bias: bias, padding: test.padding, activation: .relu)
    }
    #expect(atOnce(x).shape == pooled.shape)
    #expect(atOnce(x).values == pooled.values)
    let recorded = atOnce(x.variable())
    #expect(recorded.requiresGradient)
    #expect(recorded.values == pooled.values)
  }

  struct Inverted: CustomStringConvertible {
    var inputs = 16
    var inner = 96
    var outputs = 24
    var size = (64, 61)
    var kernel = 3
    var stride = 1
    var padding = Padding.symmetric(1)
    var isExpanded = true

    var description: String {
      "\(inputs) to \(inner) to \(outputs), \(size), \(kernel) by \(stride)"
    }
  }

  /// Maps that are large enough to go through at once, with borders of all kinds, and small ones.
  static let inverted = [
    Inverted(),
    Inverted(size: (112, 75), stride: 2, padding: .same),
    Inverted(size: (113, 112), stride: 2, padding: .symmetric(1)),
    Inverted(inputs: 24, inner: 144, size: (60, 61)),
    Inverted(
      inputs: 24, inner: 144, outputs: 40, size: (61, 62), kernel: 5, stride: 2, padding: .same),
    Inverted(
      inputs: 19, inner: 131, outputs: 19, size: (57, 59), kernel: 5, padding: .symmetric(2)),
    Inverted(inputs: 16, inner: 500, outputs: 3, size: (13, 1100), padding: .same),
    Inverted(inputs: 32, inner: 32, outputs: 16, size: (112, 113), isExpanded: false),
    Inverted(inputs: 5, inner: 30, outputs: 7, size: (6, 5)),
    Inverted(inputs: 80, inner: 480, outputs: 80, size: (28, 28)),
  ]

  @Test(arguments: inverted) func atOnceIsOneAfterAnother(_ test: Inverted) {
    var generator = RandomGenerator(seed: 6)
    let x = Tensor.random([2, test.inputs, test.size.0, test.size.1], using: &generator)
    func step(
      _ shape: Shape, stride: Int = 1, padding: Padding = .symmetric(0), groups: Int = 1,
      activation: Activation = .none
    ) -> ConvolutionStep {
      ConvolutionStep(
        weight: Tensor.random(shape, using: &generator),
        bias: Tensor.random([shape[0]], using: &generator), stride: stride, padding: padding,
        groups: groups, activation: activation)
    }
    let expand =
      test.isExpanded
      ? step([test.inner, test.inputs, 1, 1], activation: .relu6) : nil
    let depthwise = step(
      [test.inner, 1, test.kernel, test.kernel], stride: test.stride, padding: test.padding,
      groups: test.inner, activation: .relu6)
    let project = step([test.outputs, test.inner, 1, 1])
    func block(_ x: Tensor, adding added: Tensor? = nil) -> Tensor {
      invertedResidual(x, expand: expand, depthwise: depthwise, project: project, adding: added)
    }
    // Recorded, it is one after another.
    let recorded = block(x.variable())
    #expect(recorded.requiresGradient && !block(x).requiresGradient)
    expectClose(block(x), recorded, 1e-6, "\(test)")
    let added = Tensor.random(recorded.shape, using: &generator)
    expectClose(
      block(x, adding: added), block(x.variable(), adding: added), 1e-6, "\(test), adding")
  }

  /// More tiles than there is room for, of weights too large for a thread's cache: with one picture at
  /// a time there are few enough.
  @Test func aBatchIsItsPictures() {
    var generator = RandomGenerator(seed: 5)
    let x = Tensor.random([8, 160, 32, 32], using: &generator)
    let weight = Tensor.random([160, 160, 3, 3], using: &generator)
    func gradient(_ x: Tensor) -> (y: [Float], toWeight: [Float]) {
      let variable = weight.variable()
      let y = convolution(x, weight: variable, padding: .symmetric(1))
      let gradient = Tensors.gradients(of: y.sum(), for: [variable])[0]
      return (y.values, gradient?.values ?? [])
    }
    let whole = gradient(x)
    let pictures = (0..<8).map { gradient(x.sliced($0..<($0 + 1), axis: 0)) }
    #expect(whole.y == pictures.flatMap(\.y))
    let sums = pictures.dropFirst().reduce(pictures[0].toWeight) { zip($0, $1.toWeight).map(+) }
    #expect(whole.toWeight.count == sums.count)
    for (a, b) in zip(whole.toWeight, sums) { #expect(abs(a - b) < 0.02) }
  }

  @Test func frozenPartsLeaveTheTape() {
    let weight = Parameter(name: "weight", value: .ones([4, 3, 1, 1]))
    weight.isTrainable = false
    let y = convolution(.ones([1, 3, 2, 2]), weight: weight.tensor)
    #expect(!y.requiresGradient)
    weight.isTrainable = true
    #expect(convolution(.ones([1, 3, 2, 2]), weight: weight.tensor).requiresGradient)
    #expect(
      !withoutTape { convolution(.ones([1, 3, 2, 2]), weight: weight.tensor) }.requiresGradient)
  }

  @Test func packedWeightsFollowAnUpdate() {
    let weight = Parameter(name: "weight", value: .ones([16, 16, 1, 1]))
    let x = Tensor.ones([1, 16, 2, 2])
    #expect(convolution(x, weight: weight.value).values[0] == 16)
    let before = weight.value
    weight.update { $0[0] = 2 }
    #expect(convolution(x, weight: weight.value).values[0] == 17)
    #expect(convolution(x, weight: before).values[0] == 16)
  }
}
