import Tensors
import Testing

/// Operators on feature maps, against PyTorch: values and all gradients.
@Suite struct GoldenMapTests {
  @Test func convolutions() throws {
    let golden = try Golden("convolutions")
    golden.check("convolution") { x, c in
      convolution(
        x[0], weight: x[1], bias: x.count > 2 ? x[2] : nil, stride: c.int("stride"),
        padding: c.padding, dilation: c.int("dilation"), groups: c.int("groups"),
        activation: c.activation)
    }
    golden.check("chain") { x, _ in
      let y = convolution(x[0], weight: x[1], stride: 2, padding: .symmetric(1), activation: .relu6)
      let d = convolution(y, weight: x[2], padding: .symmetric(1), groups: 9, activation: .relu6)
      let z = add(convolution(d, weight: x[3]), y, activation: .relu)
      return globalAveragePool(maxPool(z.sigmoid() + z, window: 2, stride: 2))
    }
  }

  @Test func pools() throws {
    let golden = try Golden("pools")
    golden.check("maxPool") { x, c in
      maxPool(x[0], window: c.int("window"), stride: c.int("stride"), padding: c.padding)
    }
    golden.check("averagePool") { x, c in
      averagePool(
        x[0], window: c.int("window"), stride: c.int("stride"), padding: c.padding,
        countsPadding: c.int("counts") == 1)
    }
    golden.check("globalAveragePool") { x, _ in globalAveragePool(x[0]) }
    golden.check("adaptiveAveragePool") { x, c in
      adaptiveAveragePool(x[0], size: c.int("size"))
    }
  }

  @Test func normalizations() throws {
    let golden = try Golden("normalizations")
    golden.check("batchNorm", tolerance: 5e-5) { x, c in
      batchNorm(
        x[0], scale: x[1], shift: x[2], epsilon: c.float("epsilon"), activation: c.activation
      ).output
    }
    golden.check("batchStatistics0") { x, c in
      batchNorm(x[0], scale: x[1], shift: x[2], epsilon: c.float("epsilon")).mean
    }
    golden.check("batchStatistics1") { x, c in
      batchNorm(x[0], scale: x[1], shift: x[2], epsilon: c.float("epsilon")).variance
    }
    golden.check("layerNorm", tolerance: 5e-5) { x, c in
      layerNorm(x[0], scale: x[1], shift: x[2], epsilon: c.float("epsilon"))
    }
  }

  @Test func resamplings() throws {
    let golden = try Golden("resamplings")
    golden.check("resized") { x, c in
      resized(x[0], height: c.ints("size")[0], width: c.ints("size")[1])
    }
    golden.check("sampleBox", tolerance: 1e-4) { x, c in
      sampleBox(
        x[0], x[1], size: c.int("size"), edge: c.float("edge") < 0 ? nil : c.float("edge"))
    }
  }
}
