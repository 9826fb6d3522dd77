extension ProfilingKernels {
  /// The gates and states of a step; `floats` counts those of a unit.
  private func recurrentStep<R>(
    _ kernel: String, _ problem: RecurrentProblem, floats: Int, _ body: () -> R
  ) -> R {
    let units = problem.count * problem.width
    return log.measure(
      kernel, "\(problem.cell), \(problem.count) x \(problem.width)",
      operations: 20 * problem.cell.gateCount * units, floats: floats * units, body)
  }

  func recurrentStep(
    _ problem: RecurrentProblem, projected: UnsafePointer<Float>, product: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, before: [UnsafeMutablePointer<Float>],
    activations: UnsafeMutablePointer<Float>, after: [UnsafeMutablePointer<Float>]
  ) {
    let (gates, states) = (problem.cell.gateCount, problem.cell.stateCount)
    recurrentStep("recurrent step", problem, floats: 2 * gates + 2 * states + 4) {
      base.recurrentStep(
        problem, projected: projected, product: product, bias: bias, before: before,
        activations: activations, after: after)
    }
  }

  func recurrentStepGradient(
    _ problem: RecurrentProblem, activations: UnsafeMutablePointer<Float>,
    before: [UnsafeMutablePointer<Float>], after: [UnsafeMutablePointer<Float>],
    gradient: [UnsafeMutablePointer<Float>], projected: UnsafeMutablePointer<Float>,
    product: UnsafeMutablePointer<Float>, carry: [UnsafeMutablePointer<Float>]
  ) {
    let (gates, states) = (problem.cell.gateCount, problem.cell.stateCount)
    recurrentStep("recurrent step, gradient", problem, floats: 2 * gates + 5 * states + 4) {
      base.recurrentStepGradient(
        problem, activations: activations, before: before, after: after, gradient: gradient,
        projected: projected, product: product, carry: carry)
    }
  }
}
