import Glibc

/// The sizes of one step of a recurrent layer: N sequences, H units.
struct RecurrentProblem {
  let cell: RecurrentCell
  let count: Int
  let width: Int
}

extension KernelSet {
  func recurrentStep(
    _ problem: RecurrentProblem, projected: UnsafePointer<Float>, product: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, before: [UnsafeMutablePointer<Float>],
    activations: UnsafeMutablePointer<Float>, after: [UnsafeMutablePointer<Float>]
  ) {
    let width = problem.width
    let gates = problem.cell.gateCount * width
    func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
    for n in 0..<problem.count {
      let kept = activations + n * 4 * width
      for i in 0..<width {
        let unit = n * width + i
        func input(_ gate: Int) -> Float { projected[n * gates + gate * width + i] }
        func inner(_ gate: Int) -> Float {
          product[n * gates + gate * width + i] + bias[gate * width + i]
        }
        switch problem.cell {
        case .lstm:
          let (open, keep) = (sigmoid(input(0) + inner(0)), sigmoid(input(1) + inner(1)))
          let (candidate, out) = (tanhf(input(2) + inner(2)), sigmoid(input(3) + inner(3)))
          let cell = keep * before[1][unit] + open * candidate
          after[1][unit] = cell
          after[0][unit] = out * tanhf(cell)
          for (place, value) in [open, keep, candidate, out].enumerated() {
            kept[place * width + i] = value
          }
        case .gru:
          let (reset, update) = (sigmoid(input(0) + inner(0)), sigmoid(input(1) + inner(1)))
          let candidate = tanhf(input(2) + reset * inner(2))
          after[0][unit] = (1 - update) * candidate + update * before[0][unit]
          for (place, value) in [reset, update, candidate, inner(2)].enumerated() {
            kept[place * width + i] = value
          }
        }
      }
    }
  }

  func recurrentStepGradient(
    _ problem: RecurrentProblem, activations: UnsafeMutablePointer<Float>,
    before: [UnsafeMutablePointer<Float>], after: [UnsafeMutablePointer<Float>],
    gradient: [UnsafeMutablePointer<Float>], projected: UnsafeMutablePointer<Float>,
    product: UnsafeMutablePointer<Float>, carry: [UnsafeMutablePointer<Float>]
  ) {
    let width = problem.width
    let gates = problem.cell.gateCount * width
    for n in 0..<problem.count {
      for i in 0..<width {
        let (unit, place) = (n * width + i, n * gates + i)
        func kept(_ index: Int) -> Float { activations[(n * 4 + index) * width + i] }
        let hidden = carry[0][unit] + gradient[0][unit]
        switch problem.cell {
        case .lstm:
          let (open, keep, candidate, out) = (kept(0), kept(1), kept(2), kept(3))
          let squashed = tanhf(after[1][unit])
          let cell =
            carry[1][unit] + gradient[1][unit] + hidden * out * (1 - squashed * squashed)
          projected[place] = cell * candidate * open * (1 - open)
          projected[place + width] = cell * before[1][unit] * keep * (1 - keep)
          projected[place + 2 * width] = cell * open * (1 - candidate * candidate)
          projected[place + 3 * width] = hidden * squashed * out * (1 - out)
          carry[0][unit] = 0
          carry[1][unit] = cell * keep
        case .gru:
          let (reset, update, candidate, inner) = (kept(0), kept(1), kept(2), kept(3))
          let outer = hidden * (1 - update) * (1 - candidate * candidate)
          projected[place] = outer * inner * reset * (1 - reset)
          projected[place + width] =
            hidden * (before[0][unit] - candidate) * update * (1 - update)
          projected[place + 2 * width] = outer
          product[place] = projected[place]
          product[place + width] = projected[place + width]
          product[place + 2 * width] = outer * reset
          carry[0][unit] = hidden * update
        }
      }
    }
  }
}
