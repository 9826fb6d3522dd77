import Tensors
import Testing

/// Attention and what stands beside it in a transformer, against PyTorch, central differences and
/// the reference.
@Suite(.serialized) struct AttentionTests {
  private var generator = RandomGenerator(seed: 5)

  private mutating func random(_ shape: Shape) -> Tensor { .random(shape, using: &generator) }

  @Test func golden() throws {
    let golden = try Golden("attention")
    for name in ["attention", "causal", "padding", "additive"] {
      golden.check(name) { x, c in
        scaledDotProductAttention(
          x[0], x[1], x[2], heads: c.int("heads"), mask: c.mask(x[0].shape[0], x[1].shape[1]))
      }
    }
  }

  @Test mutating func differences() {
    let inputs = [random([2, 5, 6]), random([2, 7, 6]), random([2, 7, 4])]
    let keys = Tensor([1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1], shape: [2, 7])
    let masks = [
      AttentionMask.none, .causal, AttentionMask(keys: keys), AttentionMask(causalOffset: 2),
      AttentionMask(keys: keys, causalOffset: 3, additive: random([5, 7])),
    ]
    for mask in masks {
      checkGradients(inputs) {
        scaledDotProductAttention($0[0], $0[1], $0[2], heads: 2, mask: mask)
      }
      let dropout = AttentionDropout(rate: 0.3, using: &generator)
      checkGradients(inputs) {
        scaledDotProductAttention(
          $0[0], $0[1], $0[2], heads: 2, mask: mask, scale: 0.7, dropout: dropout)
      }
    }
    checkGradients([random([2, 5, 18])]) {
      scaledDotProductSelfAttention($0[0], heads: 3, mask: .causal)
    }
  }

  /// The packed form, in several tiles, equals that of three tensors.
  @Test mutating func packed() {
    let x = random([2, 290, 3 * 20])
    let parts = (0..<3).map { x.sliced($0 * 20..<($0 + 1) * 20, axis: 2) }
    let dropout = AttentionDropout(rate: 0.2, using: &generator)
    for mask in [AttentionMask.none, .causal] {
      let packed = scaledDotProductSelfAttention(x, heads: 2, mask: mask, dropout: dropout)
      let apart = scaledDotProductAttention(
        parts[0], parts[1], parts[2], heads: 2, mask: mask, dropout: dropout)
      #expect(packed.values == apart.values)
    }
  }

  /// What is no number, or too great for a float, does not come out as one: weights that a file has
  /// spoilt, or a training, must be seen. Not only with the bits that arithmetic gives to it.
  @Test(arguments: [Float.nan, -.nan, Float(bitPattern: 0x7fc0_0123), .infinity])
  mutating func noNumbersStayNone(_ bad: Float) {
    for keys in [1, 3, 300] {
      let inputs = [random([1, 2, 8]), random([1, keys, 8]), random([1, keys, 8])]
      for spoilt in 0..<2 {
        // All columns of the last query, or key.
        var values = inputs[spoilt].values
        for column in values.count - 8..<values.count { values[column] = bad }
        var changed = inputs
        changed[spoilt] = Tensor(values, shape: inputs[spoilt].shape)
        func check() {
          let variables = changed.map { $0.variable() }
          let y = scaledDotProductAttention(variables[0], variables[1], variables[2])
          #expect(!y.isFinite, "\(bad) \(keys) \(spoilt)")
          let slopes = gradients(of: y.sum(), for: variables)
          #expect(slopes.contains { $0?.isFinite == false })
        }
        check()
        Kernels.withReference { check() }
      }
    }
    // Scores beyond what floats hold.
    let huge = Tensor.full(1e25, [1, 2, 8])
    #expect(!scaledDotProductAttention(huge, huge, random([1, 2, 8])).isFinite)
  }

  /// A query that sees nothing gives zeros and gets no gradient.
  @Test mutating func nothingToSee() {
    let inputs = [random([2, 3, 4]), random([2, 5, 4]), random([2, 5, 4])].map { $0.variable() }
    let keys = Tensor([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], shape: [2, 5])
    let y = scaledDotProductAttention(
      inputs[0], inputs[1], inputs[2], mask: AttentionMask(keys: keys))
    #expect(y.values.prefix(12).allSatisfy { $0 == 0 })
    for gradient in gradients(of: y.squared().sum(), for: inputs) {
      #expect(gradient?.values.allSatisfy(\.isFinite) == true)
      #expect(gradient?.values.prefix(12).allSatisfy { $0 == 0 } == true)
    }
  }

  /// Dropped weights are as many as told, others for each seed, and the mean stays.
  @Test mutating func dropout() {
    let (zeros, ones) = (Tensor.zeros([1, 400, 4]), Tensor.ones([1, 400, 4]))
    func attend(_ dropout: AttentionDropout) -> [Float] {
      scaledDotProductAttention(zeros, zeros, ones, dropout: dropout).values
    }
    let first = AttentionDropout(rate: 0.25, using: &generator)
    let values = attend(first)
    #expect(abs(values.reduce(0, +) / 1600 - 1) < 0.01)
    #expect(Set(values).count > 20)
    #expect(values == attend(first))
    #expect(values != attend(AttentionDropout(rate: 0.25, using: &generator)))
  }

  @Test mutating func rows() {
    for columns in [1, 7, 16, 33] {
      checkGradients([random([3, 5, columns]), random([columns]), random([columns])]) {
        layerNorm($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-2)
      }
      checkGradients([random([3, 5, columns]), random([3, columns]), random([3])]) {
        linear($0[0], weight: $0[1], bias: $0[2])
      }
    }
    checkGradients([random([70, 3]), random([3]), random([3])]) {
      layerNorm($0[0], scale: $0[1], shift: $0[2], epsilon: 1e-2)
    }
    checkGradients([Tensor((-30..<31).map { Float($0) / 5 }, shape: [61])]) { $0[0].gelu() }
    checkGradients([Tensor((-30..<31).map { Float($0) / 5 }, shape: [61])]) { $0[0].geluTanh() }
  }
}

extension Golden.Case {
  fileprivate func mask(_ batch: Int, _ keys: Int) -> AttentionMask {
    func tensor(_ name: String, _ shape: Shape) -> Tensor? {
      let values = attributes[name] ?? []
      return values.isEmpty ? nil : Tensor(values.map { Float($0) }, shape: shape)
    }
    return AttentionMask(
      keys: tensor("keys", [batch, keys]), causalOffset: int("causal") == 1 ? 0 : nil,
      additive: tensor("bias", Shape(ints("biasShape"))))
  }
}
