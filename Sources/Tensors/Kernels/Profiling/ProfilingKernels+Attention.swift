extension ProfilingKernels {
  private func attention<R>(
    _ kernel: String, _ problem: AttentionProblem, products: Int, _ body: () -> R
  ) -> R {
    let tokens = problem.batch * problem.heads * (problem.queries + problem.keys)
    let pairs = problem.batch * problem.heads * problem.queries * problem.keys
    return log.measure(
      kernel,
      "\(problem.batch) x \(problem.heads), \(problem.queries) to \(problem.keys) of "
        + "\(problem.width)",
      operations: products * pairs * (problem.width + problem.valueWidth),
      floats: tokens * (problem.width + problem.valueWidth), body)
  }

  func attention(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
  ) -> (output: Tensor, logSums: Tensor) {
    attention("attention", problem, products: 2) { base.attention(problem, q, k, v) }
  }

  func attentionGradient(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns,
    _ output: Tensor, _ logSums: Tensor, _ dy: Tensor,
    into gradients: (TokenColumns, TokenColumns, TokenColumns)
  ) {
    attention("attention, gradient", problem, products: 5) {
      base.attentionGradient(problem, q, k, v, output, logSums, dy, into: gradients)
    }
  }
}
