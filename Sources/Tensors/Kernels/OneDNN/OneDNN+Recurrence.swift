#if OneDNN
  internal import CKernels

  extension OneDNNKernels {
    func recurrentStep(
      _ problem: RecurrentProblem, projected: UnsafePointer<Float>,
      product: UnsafePointer<Float>, bias: UnsafePointer<Float>,
      before: [UnsafeMutablePointer<Float>], activations: UnsafeMutablePointer<Float>,
      after: [UnsafeMutablePointer<Float>]
    ) {
      var step = racnn_recurrent_step(problem, before: before, after: after)
      step.projected = projected
      step.product = product
      step.bias = bias
      step.activations = activations
      problem.cell == .lstm ? racnn_lstm(&step) : racnn_gru(&step)
    }

    func recurrentStepGradient(
      _ problem: RecurrentProblem, activations: UnsafeMutablePointer<Float>,
      before: [UnsafeMutablePointer<Float>], after: [UnsafeMutablePointer<Float>],
      gradient: [UnsafeMutablePointer<Float>], projected: UnsafeMutablePointer<Float>,
      product: UnsafeMutablePointer<Float>, carry: [UnsafeMutablePointer<Float>]
    ) {
      var step = racnn_recurrent_step(problem, before: before, after: after)
      step.activations = activations
      step.gradient = (UnsafePointer(gradient[0]), gradient.last.map { UnsafePointer($0) })
      step.carry = (carry[0], carry.last)
      step.dprojected = projected
      step.dproduct = product
      problem.cell == .lstm ? racnn_lstm_gradient(&step) : racnn_gru_gradient(&step)
    }
  }

  extension racnn_recurrent_step {
    /// The sizes, and the states; a cell of one state has it twice.
    fileprivate init(
      _ problem: RecurrentProblem, before: [UnsafeMutablePointer<Float>],
      after: [UnsafeMutablePointer<Float>]
    ) {
      self.init()
      count = problem.count
      width = problem.width
      gates = problem.cell.gateCount
      self.before = (UnsafePointer(before[0]), before.last.map { UnsafePointer($0) })
      self.after = (after[0], after.last)
    }
  }
#endif
