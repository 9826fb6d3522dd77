#if OneDNN
  internal import CKernels

  extension OneDNNKernels {
    func attention(
      _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
    ) -> (output: Tensor, logSums: Tensor) {
      let output = Tensor(uninitialized: problem.outputShape)
      let logSums = Tensor(uninitialized: [problem.batch, problem.heads, problem.queries])
      var p = racnn_attention(problem, q, k, v)
      racnn_attention_forward(&p, q.pointer, k.pointer, v.pointer, output.pointer, logSums.pointer)
      withExtendedLifetime((problem, q, k, v)) {}
      return (output, logSums)
    }

    func attentionGradient(
      _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns,
      _ output: Tensor, _ logSums: Tensor, _ dy: Tensor,
      into gradients: (TokenColumns, TokenColumns, TokenColumns)
    ) {
      var p = racnn_attention(problem, q, k, v)
      racnn_attention_gradient(
        &p, q.pointer, k.pointer, v.pointer, output.pointer, logSums.pointer, dy.pointer,
        gradients.0.pointer, gradients.1.pointer, gradients.2.pointer)
      withExtendedLifetime((problem, q, k, v, output, logSums, dy)) {}
    }
  }

  extension racnn_attention {
    fileprivate init(
      _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
    ) {
      self.init(
        batch: Int32(problem.batch), heads: Int32(problem.heads), queries: Int32(problem.queries),
        keys: Int32(problem.keys), width: Int32(problem.width),
        valueWidth: Int32(problem.valueWidth), queryPitch: q.pitch, keyPitch: k.pitch,
        valuePitch: v.pitch, outputPitch: problem.heads * problem.valueWidth,
        scale: problem.scale, isCausal: problem.causalOffset == nil ? 0 : 1,
        offset: Int32(problem.causalOffset ?? 0),
        keyMask: problem.keyMask.map { UnsafePointer($0.pointer) },
        bias: problem.bias.map { UnsafePointer($0.pointer) },
        biasBatch: problem.biasStrides.batch, biasHead: problem.biasStrides.head,
        dropRate: problem.dropout?.rate ?? 0, seed: problem.dropout?.seed ?? 0)
    }
  }
#endif
