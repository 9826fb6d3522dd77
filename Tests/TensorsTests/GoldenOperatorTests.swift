import Tensors
import Testing

/// Operators that move or combine elements, against PyTorch: values and all gradients.
@Suite struct GoldenOperatorTests {
  @Test func arithmetic() throws {
    let golden = try Golden("elementwise")
    golden.check("add") { x, _ in x[0] + x[1] }
    golden.check("subtract") { x, _ in x[0] - x[1] }
    golden.check("multiply") { x, _ in x[0] * x[1] }
    golden.check("divide") { x, _ in x[0] / x[1] }
    golden.check("negate") { x, _ in -x[0] }
    golden.check("addScalar") { x, c in x[0] + c.float("value") }
    golden.check("scalarSubtract") { x, c in c.float("value") - x[0] }
    golden.check("multiplyScalar") { x, c in x[0] * c.float("value") }
    golden.check("scalarDivide") { x, c in c.float("value") / x[0] }
    golden.check("divideScalar") { x, c in x[0] / c.float("value") }
    golden.check("twice") { x, _ in x[0] * x[0] + x[0] }
    golden.check("residual") { x, c in Tensors.add(x[0], x[1], activation: c.activation) }
  }

  @Test func functions() throws {
    let golden = try Golden("elementwise")
    golden.check("squared") { x, _ in x[0].squared() }
    golden.check("squareRoot") { x, _ in x[0].squareRoot() }
    golden.check("exp") { x, _ in x[0].exp() }
    golden.check("log") { x, _ in x[0].log() }
    golden.check("relu") { x, _ in x[0].relu() }
    golden.check("relu6") { x, _ in x[0].relu6() }
    golden.check("gelu") { x, _ in x[0].gelu() }
    golden.check("tanh") { x, _ in x[0].tanh() }
    golden.check("sigmoid") { x, _ in x[0].sigmoid() }
  }

  @Test func matrixProduct() throws {
    try Golden("products").check("matrixProduct") { x, c in
      x[0].matrixProduct(
        x[1], transposingLeft: c.int("left") == 1, transposingRight: c.int("right") == 1)
    }
  }

  @Test func reductions() throws {
    let golden = try Golden("reductions")
    golden.check("sum") { x, c in
      x[0].sum(c.ints("axes"), keepingDimensions: c.int("keep") == 1)
    }
    golden.check("mean") { x, c in
      x[0].mean(c.ints("axes"), keepingDimensions: c.int("keep") == 1)
    }
    golden.check("max") { x, c in x[0].max(c.int("axis"), keepingDimensions: c.int("keep") == 1) }
    golden.check("argmax") { x, _ in
      Tensor(x[0].argmax().map { Float($0) }, shape: [x[0].shape[0]])
    }
    golden.check("picked") { x, c in x[0].picked(c.ints("classes")) }
  }

  @Test func allAxes() {
    let x = Tensor([1, 2, 3, 4, 5, 9], shape: [2, 3]).variable()
    #expect(x.sum().shape == [])
    #expect(x.sum().item == 24)
    #expect(x.mean().item == 4)
    #expect(gradients(of: x.mean(), for: [x])[0]?.values == [Float](repeating: 1 / 6, count: 6))
  }

  @Test func distributions() throws {
    let golden = try Golden("reductions")
    golden.check("softmax") { x, c in x[0].softmax(axis: c.int("axis")) }
    golden.check("logSoftmax") { x, c in x[0].logSoftmax(axis: c.int("axis")) }
    golden.check("l2Normalized") { x, c in x[0].l2Normalized(axis: c.int("axis")) }
    golden.check("crossEntropy") { x, c in
      crossEntropy(x[0], classes: c.ints("classes"), labelSmoothing: c.float("smoothing"))
    }
  }

  @Test func movements() throws {
    let golden = try Golden("movements")
    golden.check("reshaped") { x, c in x[0].reshaped(Shape(c.ints("shape"))) }
    golden.check("transposed") { x, c in x[0].transposed(c.ints("order")) }
    golden.check("sliced") { x, c in
      x[0].sliced(c.ints("range")[0]..<c.ints("range")[1], axis: c.int("axis"))
    }
    golden.check("gathered") { x, c in x[0].gathered(c.ints("indices"), axis: c.int("axis")) }
    golden.check("concatenated") { x, c in concatenated(x, axis: c.int("axis")) }
  }

  @Test func dropout() {
    var generator = RandomGenerator(seed: 3)
    let x = Tensor.ones([100, 100]).variable()
    let y = x.dropout(0.25, using: &generator)
    let kept = y.values.filter { $0 != 0 }
    #expect(kept.allSatisfy { abs($0 - 4 / 3) < 1e-6 })
    #expect(abs(kept.count - 7500) < 200)
    // What was dropped passes no gradient, and the rest passes as much as it was scaled.
    #expect(gradients(of: y.sum(), for: [x])[0]?.values == y.values)
    var same = RandomGenerator(seed: 3)
    #expect(x.dropout(0.25, using: &same).values == y.values)
    #expect(x.dropout(0.25, using: &same).values != y.values)
  }
}

extension Golden.Case {
  var activation: Activation { [.none, .relu, .relu6][int("activation")] }
  var padding: Padding { int("padding") < 0 ? .same : .symmetric(int("padding")) }
}
