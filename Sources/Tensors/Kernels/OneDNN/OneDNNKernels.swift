#if OneDNN
  internal import CKernels
  internal import COneDNN

  /// Computes with oneDNN and with kernels of our own, in blocked layouts.
  struct OneDNNKernels: KernelSet {
    /// The layout of pictures that suits this processor.
    let blocked = Layout.blocked(Int(racnn_preferred_block()))
    let primitives = PrimitiveCache()
    /// Rows at most of a product that reads the other matrix where it lies.
    private static let thinRows = 8

    init() {
      racnn_share_processors()
    }

    var name: String {
      var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
      racnn_onednn_version(&major, &minor, &patch)
      return "oneDNN \(major).\(minor).\(patch), " + String(cString: racnn_instruction_set_name())
    }

    func setThreadCount(_ count: Int) {
      racnn_set_threads(Int32(count))
    }

    func reordered(_ x: Tensor, to layout: Layout) -> Tensor {
      if x.layout == layout { return x.detached }
      if x.layout != .plain, layout != .plain {
        return reordered(reordered(x, to: .plain), to: layout)
      }
      precondition(x.shape.rank == 4, "reordered: \(x.shape) has no channels to block")
      let y = Tensor(uninitialized: x.shape, layout: layout)
      let (n, c, area) = (Int32(x.shape[0]), Int32(x.shape[1]), Int32(x.shape[2] * x.shape[3]))
      if layout == .plain {
        racnn_to_plain(x.pointer, y.pointer, n, c, area, Int32(x.layout.block))
      } else {
        racnn_to_blocked(x.pointer, y.pointer, n, c, area, Int32(layout.block))
      }
      return y
    }

    func copy(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
      racnn_copy(x, y, count)
    }

    func sum(_ a: Tensor, _ b: Tensor, _ activation: Activation) -> Tensor {
      let (a, b) = (a.layout == .plain ? reordered(a, to: b.layout) : a, b)
      let y = Tensor(uninitialized: a.shape, layout: a.layout)
      let other = reordered(b, to: a.layout)
      racnn_add(a.pointer, other.pointer, y.pointer, y.storage.count, activation.rawValue)
      return y
    }

    func scaled(_ x: Tensor, by scale: Float) -> Tensor {
      let y = Tensor(uninitialized: x.shape, layout: x.layout)
      racnn_scale(x.pointer, scale, y.pointer, y.storage.count)
      return y
    }

    func scaledRows(_ x: Tensor, by factors: Tensor) -> Tensor {
      let (x, y) = (x.plain, Tensor(uninitialized: x.shape))
      let rows = factors.shape.count
      racnn_scale_rows(
        x.pointer, factors.pointer, y.pointer, rows, x.shape.count / max(1, rows))
      return y
    }

    func scaledRowsGradient(
      _ x: Tensor, by factors: Tensor, _ dy: Tensor
    ) -> (dx: Tensor, dfactors: Tensor) {
      let (dx, rows) = (Tensor(uninitialized: x.shape), factors.shape.count)
      let dfactors = Tensor(uninitialized: factors.shape)
      racnn_scale_rows_gradient(
        x.pointer, factors.pointer, dy.pointer, dx.pointer, dfactors.pointer, rows,
        x.shape.count / max(1, rows))
      return (dx, dfactors)
    }

    func greatestMagnitude(_ x: UnsafePointer<Float>, count: Int) -> Float {
      racnn_greatest_magnitude(x, count)
    }

    func activated(_ x: Tensor, _ activation: Activation) -> Tensor {
      let y = Tensor(uninitialized: x.shape, layout: x.layout)
      racnn_activate(x.pointer, y.pointer, y.storage.count, activation.rawValue)
      return y
    }

    func activationGradient(_ y: Tensor, _ dy: Tensor, _ activation: Activation) -> Tensor {
      let dy = reordered(dy, to: y.layout)
      let dx = Tensor(uninitialized: y.shape, layout: y.layout)
      racnn_activation_gradient(
        y.pointer, dy.pointer, dx.pointer, dx.storage.count, activation.rawValue)
      return dx
    }

    func matrixProduct(
      _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, transposed transposesA: Bool,
      _ b: UnsafePointer<Float>, transposed transposesB: Bool, into c: UnsafeMutablePointer<Float>
    ) {
      let (m, n, k) = size
      guard k > 0 else { return c.update(repeating: 0, count: m * n) }
      if m <= OneDNNKernels.thinRows, !transposesA, transposesB {
        return racnn_thin_product(m, n, k, a, b, c)
      }
      let failure = racnn_matrix_product(
        transposesA ? 1 : 0, transposesB ? 1 : 0, m, n, k, a, transposesA ? m : k, b,
        transposesB ? k : n, c, n)
      precondition(failure == 0, "matrixProduct: oneDNN failed on \(size)")
    }

    func quantizedMatrixProduct(
      _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, _ b: QuantizedRows,
      into c: UnsafeMutablePointer<Float>
    ) {
      racnn_thin_product_of_bytes(size.m, size.n, size.k, a, b.pointer, b.scales, c)
    }

    func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor {
      let (n, c) = (source.shape[0], source.shape[1])
      return Tensor([n, c, size, size]) { y in
        racnn_sample_box(
          source.pointer, box.pointer, y.baseAddress, Int32(n), Int32(c), Int32(source.shape[2]),
          Int32(size), edge ?? 0)
      }
    }

    func sampleBoxGradient(
      _ source: Tensor, _ box: Tensor, _ dy: Tensor, edge: Float?, wantsSource: Bool,
      wantsBox: Bool
    ) -> (source: Tensor?, box: Tensor?) {
      let dsource = wantsSource ? Tensor(uninitialized: source.shape) : nil
      let dbox = wantsBox ? Tensor(uninitialized: box.shape) : nil
      let dy = dy.plain
      racnn_sample_box_gradient(
        source.pointer, box.pointer, dy.pointer, dsource?.pointer, dbox?.pointer,
        Int32(source.shape[0]), Int32(source.shape[1]), Int32(source.shape[2]),
        Int32(dy.shape[2]), edge ?? 0)
      return (dsource, dbox)
    }

    func sgd(
      _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
      _ gradient: UnsafePointer<Float>?, velocity: UnsafeMutablePointer<Float>, _ rule: SGDRule
    ) {
      racnn_sgd(
        halves.rawValue, weight.baseAddress, gradient, velocity, weight.count, rule.rate,
        rule.momentum, rule.decay)
    }

    func adamW(
      _ halves: StepHalves, _ weight: UnsafeMutableBufferPointer<Float>,
      _ gradient: UnsafePointer<Float>?, mean: UnsafeMutablePointer<Float>,
      square: UnsafeMutablePointer<Float>, step: Int, _ rule: AdamWRule
    ) {
      racnn_adamw(
        halves.rawValue, weight.baseAddress, gradient, mean, square, weight.count, rule.rate,
        rule.beta1, rule.beta2, rule.epsilon, rule.decay, Int32(step))
    }
  }
#endif
