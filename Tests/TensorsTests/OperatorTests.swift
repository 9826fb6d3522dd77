import Tensors
import Testing

/// Every operator against the reference and against central differences, on odd shapes.
@Suite(.serialized) struct OperatorTests {
  private var generator = RandomGenerator(seed: 1)

  private mutating func random(_ shape: Shape) -> Tensor { .random(shape, using: &generator) }
  private mutating func spread(_ shape: Shape) -> Tensor { .spread(shape, using: &generator) }
  private mutating func positive(_ shape: Shape) -> Tensor {
    withoutTape { random(shape).squared() + 0.5 }
  }

  @Test mutating func arithmetic() {
    for (a, b) in [([3, 5], [3, 5]), ([3, 5], [5]), ([2, 1, 4], [3, 1]), ([], [2, 2])]
      as [([Int], [Int])]
    {
      let inputs = [random(Shape(a)), random(Shape(b))]
      checkGradients(inputs) { $0[0] + $0[1] }
      checkGradients(inputs) { $0[0] - $0[1] }
      checkGradients(inputs) { $0[0] * $0[1] }
      checkGradients([inputs[0], positive(Shape(b))]) { $0[0] / $0[1] }
    }
    checkGradients([spread([3, 7]), random([3, 7])]) { 2 * $0[0] - $0[1] / 3 + 1 }
    checkGradients([positive([5])]) { 2 / $0[0] - (1 - $0[0]) }
    checkGradients([spread([4, 5]), Tensor.zeros([5])]) { add($0[0], $0[1], activation: .relu6) }
  }

  @Test mutating func functions() {
    checkGradients([random([3, 5])]) { $0[0].squared() }
    checkGradients([positive([3, 5])]) { $0[0].squareRoot() }
    checkGradients([random([3, 5])]) { $0[0].exp() }
    checkGradients([positive([3, 5])]) { $0[0].log() }
    checkGradients([spread([9, 17])]) { $0[0].relu() }
    checkGradients([spread([9, 17])]) { $0[0].relu6() }
    checkGradients([random([3, 5])]) { $0[0].gelu() }
    checkGradients([random([3, 5])]) { $0[0].tanh() }
    checkGradients([random([3, 5])]) { $0[0].sigmoid() }
  }

  @Test mutating func reductions() {
    let x = spread([3, 4, 5])
    checkGradients([x]) { $0[0].sum() }
    checkGradients([x]) { $0[0].sum([1]) }
    checkGradients([x]) { $0[0].mean([0, -1], keepingDimensions: true) }
    checkGradients([x]) { $0[0].max(1) }
    checkGradients([x]) { $0[0].max(-1, keepingDimensions: true) }
    #expect(Tensor([1, 3, 3, 0, -1, -2], shape: [2, 3]).argmax() == [1, 0])
  }

  @Test mutating func shapes() {
    let x = random([3, 4, 5])
    checkGradients([x]) { $0[0].reshaped([12, 5]) }
    checkGradients([x]) { $0[0].transposed([2, 0, 1]) }
    checkGradients([x]) { $0[0].sliced(1..<3, axis: 1) }
    checkGradients([x]) { $0[0].gathered([4, 0, 4], axis: -1) }
    checkGradients([random([3, 4])]) { $0[0].picked([1, 0, 3]) }
    checkGradients([x, random([3, 2, 5])]) { concatenated($0, axis: 1) }
  }

  @Test mutating func softmaxes() {
    checkGradients([random([3, 7])]) { $0[0].softmax() }
    checkGradients([random([3, 7, 2])]) { $0[0].logSoftmax(axis: 1) }
    checkGradients([random([4, 7])]) { crossEntropy($0[0], classes: [0, 6, 3, 3]) }
    checkGradients([random([4, 7])]) {
      crossEntropy($0[0], classes: [0, 6, 3, 3], labelSmoothing: 0.1)
    }
    let far = Tensor([1000, 0, -1000], shape: [1, 3])
    #expect(far.softmax().values == [1, 0, 0])
  }

  /// The kernel for few rows, with more columns than it takes at a time.
  /// In one thread and in two.
  @Test(arguments: [[3, 5], [17, 2, 3, 3], [1, 1], [40, 1000]])
  mutating func rowsTimesFactors(_ shape: [Int]) {
    let inputs = [
      Tensor.random(Shape(shape), using: &generator), .random([shape[0]], using: &generator),
    ]
    func apply(_ x: [Tensor]) -> Tensor { x[0].scaledRows(by: x[1]) }
    if shape[0] < 40 { checkGradients(inputs, steps: [0.5], tolerance: 2e-3, apply) }
    func gradient() -> [Tensor?] {
      let variables = inputs.map { $0.variable() }
      return gradients(of: apply(variables).squared().sum(), for: variables)
    }
    for (ours, reference) in zip(gradient(), Kernels.withReference { gradient() }) {
      #expect(ours != nil && reference != nil)
      if let ours, let reference { expectEqual(ours, reference, tolerance: 1e-4) }
    }
  }

  @Test(arguments: [1, 15, 40_000, 100_001]) mutating func finiteSquares(count: Int) {
    let values = Tensor.random([count], using: &generator).values
    #expect(Tensor(values, shape: [count]).hasFiniteSquares)
    for place in [0, count / 2, count - 1] {
      for bad in [Float.nan, -.nan, .infinity, -.infinity, 1e20, -1e20] {
        var changed = values
        changed[place] = bad
        let tensor = Tensor(changed, shape: [count])
        #expect(!tensor.hasFiniteSquares)
        #expect(!Kernels.withReference { tensor.hasFiniteSquares })
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 9]) mutating func thinProducts(rows: Int) {
    let (a, b) = (random([rows, 33_003]), random([7, 33_003]))
    let product = a.matrixProduct(b, transposingRight: true).values
    let (x, w) = (a.values, b.values)
    for row in 0..<rows {
      for column in 0..<7 {
        let exact = (0..<33_003).reduce(0.0) {
          $0 + Double(x[row * 33_003 + $1]) * Double(w[column * 33_003 + $1])
        }
        #expect(abs(Double(product[row * 7 + column]) - exact) < 1e-3)
      }
    }
  }

  /// Products of few rows read whole numbers as they lie; of many, and the gradient, floats of them.
  @Test(arguments: [1, 2, 3, 4, 7, 8, 65]) mutating func productsOfWholeNumbers(rows: Int) {
    let (columns, outputs) = (33_003, 7)
    let special: [Int8] = [0, 1, -1, 127, -127, -128]
    let drawn = random([outputs, columns]).values.map { Int8(max(-127, min(127, $0 * 60))) }
    let scales = (0..<outputs).map { Float($0) / 512 }
    let lender = ByteMatrix(special + drawn.dropFirst(special.count), scales: scales)
    let exact = Tensor(lender.floats, shape: [outputs, columns])
    let quantized = Tensor(lender.rows, columns: columns)
    let (x, bias) = (random([rows, columns]) * 0.01, random([outputs]))
    let y = linear(x, weight: quantized, bias: bias).values
    let reference = Kernels.withReference { linear(x, weight: quantized, bias: bias).values }
    for (a, b) in zip(y, reference) { #expect(abs(a - b) < 1e-4) }
    let product = Kernels.withReference { linear(x, weight: exact, bias: bias).values }
    for (a, b) in zip(reference, product) { #expect(abs(a - b) < 1e-5) }
    #expect(quantized.values == exact.values)
    func slope(_ weight: Tensor) -> [Float] {
      let x = x.variable()
      return gradients(of: linear(x, weight: weight).squared().sum(), for: [x])[0]?.values ?? []
    }
    let (found, expected) = (slope(quantized), slope(exact))
    let scale: Float = expected.reduce(0) { max($0, abs($1)) }
    #expect(found.count == rows * columns)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * scale) }
  }

  @Test func wholeNumbersThatChangeAreFloats() {
    let lender = ByteMatrix([2, 4], scales: [0.5])
    let parameter = Parameter(name: "weight", value: Tensor(lender.rows, columns: 2))
    let x = Tensor([1, 1], shape: [1, 2])
    #expect(linear(x, weight: parameter.tensor).item == 3)
    parameter.update { $0[0] = 1.0001 }
    #expect(linear(x, weight: parameter.tensor).item == 1.0001 + 2)
    #expect(parameter.value.values == [1.0001, 2] && lender.floats == [1, 2])
  }

  /// Weights are packed for a convolution, not for each size of a batch.
  @Test mutating func batchesOfAnySizeShareWeights() {
    let (weight, most) = (random([32, 16, 1, 1]), 6)
    let x = random([most, 16, 9, 9])
    let whole = convolution(x, weight: weight)
    for count in 1...most {
      let part = convolution(x.sliced(0..<count, axis: 0), weight: weight)
      expectClose(part, whole.sliced(0..<count, axis: 0), 1e-6, "\(count)")
    }
    #expect(weight.storage.packed.count < most)
  }

  /// Values that a closure makes are made again after their memory was given up, unless they changed.
  @Test func valuesAreMadeAgain() {
    let count = 1 << 17
    var made = 0
    let tensor = Tensor([2, count / 2]) { rows, values in
      made += 1
      for row in rows {
        let start = values + (row - rows.lowerBound) * count / 2
        start.update(repeating: Float(row + 1), count: count / 2)
      }
    }
    let expected = [Float](repeating: 1, count: count / 2) + [Float](repeating: 2, count: count / 2)
    #expect(made == 0)
    for times in 1...3 {
      #expect(tensor.values == expected && made == times)
      #expect(tensor.values == expected && made == times)
      tensor.giveUp()
    }
    let parameter = Parameter(name: "weight", value: tensor)
    parameter.update { $0[0] = 5 }
    parameter.value.giveUp()
    #expect(parameter.value.values == [5] + expected.dropFirst())
    #expect(tensor.values == expected)
  }

  @Test mutating func matrixProducts() {
    checkGradients([random([3, 5]), random([5, 2])]) { $0[0].matrixProduct($0[1]) }
    checkGradients([random([5, 3]), random([2, 5])]) {
      $0[0].matrixProduct($0[1], transposingLeft: true, transposingRight: true)
    }
    checkGradients([random([2, 4, 3, 5]), random([4, 2, 5])]) {
      $0[0].matrixProduct($0[1], transposingRight: true)
    }
    checkGradients([random([2, 5, 3]), random([2, 5, 2])]) {
      $0[0].matrixProduct($0[1], transposingLeft: true)
    }
    checkGradients([random([4, 3, 5]), random([5, 2])]) { $0[0].matrixProduct($0[1]) }
  }

  @Test mutating func normalizations() {
    checkGradients([random([3, 5, 4, 3]), positive([5]), random([5])], steps: [5e-3]) {
      batchNorm($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-3).output
    }
    checkGradients([random([3, 20, 2, 3]), positive([20]), random([20])], steps: [5e-3]) {
      batchNorm(convolvedByOne($0[0]), scale: $0[1], shift: $0[2], epsilon: 1e-3).output
    }
    checkGradients([random([3, 6]), random([6]), random([6])]) {
      layerNorm($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-5)
    }
    checkGradients([random([3, 6])]) { $0[0].l2Normalized() }
    checkGradients([random([3, 6])]) { $0[0].l2Normalized(axis: 0) }
  }

  /// The same values in whatever layout convolutions leave.
  private func convolvedByOne(_ x: Tensor) -> Tensor {
    let channels = x.shape[1]
    let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
    return convolution(x, weight: Tensor(identity, shape: [channels, channels, 1, 1]))
  }

  @Test mutating func pools() {
    for channels in [3, 20] {
      let x = spread([2, channels, 7, 6])
      for (window, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] {
        checkGradients([x], steps: [0.04]) {
          maxPool(
            convolvedByOne($0[0]), window: window, stride: stride, padding: .symmetric(padding))
        }
        for countsPadding in [true, false] {
          checkGradients([x], steps: [0.04]) {
            averagePool(
              convolvedByOne($0[0]), window: window, stride: stride, padding: .symmetric(padding),
              countsPadding: countsPadding)
          }
        }
      }
      checkGradients([x], steps: [0.04]) { maxPool($0[0], window: 3, stride: 2, padding: .same) }
      checkGradients([x], steps: [0.04]) { globalAveragePool($0[0]) }
      checkGradients([x], steps: [0.04]) { globalAveragePool(convolvedByOne($0[0])) }
      checkGradients([x], steps: [0.04]) { adaptiveAveragePool($0[0], size: 4) }
      checkGradients([x], steps: [0.04]) { adaptiveAveragePool(convolvedByOne($0[0]), size: 9) }
    }
  }

  @Test mutating func dropout() {
    let x = random([40, 50])
    var (one, two) = (RandomGenerator(seed: 3), RandomGenerator(seed: 3))
    let y = x.dropout(0.25, using: &one)
    expectEqual(y, x.dropout(0.25, using: &two), tolerance: 0)
    let dropped = y.values.filter { $0 == 0 }.count
    #expect(abs(Double(dropped) / 2000 - 0.25) < 0.05)
    for (x, y) in zip(x.values, y.values) where y != 0 { #expect(abs(y - x / 0.75) < 1e-5) }
  }

  @Test mutating func resampling() {
    checkGradients([random([2, 2, 5, 6])]) { resized($0[0], height: 9, width: 3) }
    let box = Tensor([0.4513, 0.5467, 0.3019, 0.5273, 0.4121, 0.2297], shape: [2, 3])
    for edge in [nil, 10, 40] as [Float?] {
      for size in [4, 11] {
        checkGradients([random([2, 3, 9, 9]), box], steps: [0.1, 1e-4]) {
          sampleBox($0[0], $0[1], size: size, edge: edge)
        }
      }
    }
  }

  /// Boxes that lie beside the picture show nothing, however far they are.
  @Test func boxesBesideThePicture() {
    let source = Tensor.ones([1, 2, 16, 16])
    for place in [-1e9, -3, 3, 1e9] as [Float] {
      for edge in [nil, 80] as [Float?] {
        for box in [[place, 0.5, 0.25], [0.5, place, 0.25]] {
          let crop = sampleBox(source, Tensor(box, shape: [1, 3]), size: 8, edge: edge)
          #expect(crop.values.allSatisfy { abs($0) < 1e-6 }, "\(box)")
        }
      }
    }
  }

  /// A profile changes no bit, and counts as the operators are defined.
  @Test func profilesChangeNothing() {
    var generator = RandomGenerator(seed: 1)
    let x = Tensor.random([2, 16, 9, 9], using: &generator)
    let weight = Tensor.random([24, 16, 3, 3], using: &generator).variable()
    func apply() -> [Float] {
      let y = convolution(x, weight: weight, padding: .symmetric(1), activation: .relu)
      let z = batchNorm(y, scale: .ones([24]), shift: .zeros([24]), epsilon: 1e-5).output
      let pooled = maxPool(z, window: 2, stride: 2, padding: .symmetric(0))
      let states = recurrence(
        .gru, Tensor.ones([2, 1, 12]), weight: weight.reshaped([12, 288]).sliced(0..<4, axis: 1),
        bias: .zeros([12]), state: .ones([1, 1, 4]))
      let loss = globalAveragePool(pooled + pooled * 3).squared().sum() + states.sum()
      return pooled.values + (gradients(of: loss, for: [weight])[0]?.values ?? [])
    }
    let plain = apply()
    let start = ContinuousClock.now
    let (result, timings) = Kernels.profiling(apply)
    #expect(result == plain)
    // The gradient to the weights calls that of the activation, which is timed by itself.
    #expect(timings.contains { $0.kernel == "activation, gradient" })
    #expect(timings.map(\.seconds).reduce(0, +) <= (ContinuousClock.now - start) / .seconds(1))
    let forward = timings.first { $0.kernel == "convolution" }
    #expect(forward?.calls == 1)
    #expect(forward?.operations == Double(2 * 2 * 24 * 81 * 16 * 9))
    #expect(forward?.bytes == Double(4 * (2 * 16 * 81 + 2 * 24 * 81 + 24 * 16 * 9)))
    #expect(forward.map { $0.seconds > 0 } == true)
    for kernel in [
      "convolution, to the weights", "batch moments", "batch norm", "max pool", "recurrent step",
      "recurrent step, gradient",
    ] {
      #expect(timings.contains { $0.kernel == kernel }, "\(kernel)")
    }
  }

  /// Pooled at once, a convolution does as much and writes less.
  @Test func profilesCountPooledConvolutions() {
    let (x, weight) = (Tensor.ones([2, 16, 9, 9]), Tensor.ones([24, 16, 3, 3]))
    let (_, timings) = Kernels.profiling {
      maxPooledConvolution(x, weight: weight, padding: .symmetric(1))
    }
    let pooled = timings.filter { $0.kernel == "convolution" }
    #expect(pooled.map(\.operations) == [Double(2 * 2 * 24 * 81 * 16 * 9)])
    #expect(pooled.map(\.bytes) == [Double(4 * (2 * 16 * 81 + 2 * 24 * 16 + 24 * 16 * 9))])
  }
}

/// Keeps a matrix of whole numbers.
private final class ByteMatrix {
  let floats: [Float]
  private let memory: UnsafeMutableBufferPointer<Int8>
  private let scales: [Float]

  init(_ values: [Int8], scales: [Float]) {
    let columns = values.count / scales.count
    floats = values.indices.map { Float(values[$0]) * scales[$0 / columns] }
    memory = .allocate(capacity: values.count)
    _ = memory.initialize(from: values)
    self.scales = scales
  }

  var rows: QuantizedRows {
    QuantizedRows(UnsafePointer(memory.baseAddress!), scales: scales, lender: self)
  }

  deinit { memory.deallocate() }
}
