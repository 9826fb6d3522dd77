import Foundation
import RACNN
import Tensors
import Testing

@Suite struct BoxGradientTests {
  /// The surrogate is minus the derivative of how much a mask with the box's place covers of the
  /// squared gradient, whose shares stay where they are; the crop is hard.
  @Test func theSurrogateMovesABoxAsAMaskThatCovers() throws {
    let (side, k) = (12, 9.0)
    let crop = AttentionCrop(size: side, scale: 1, sharpness: Float(k), gradient: .surrogate)
    let hard = AttentionCrop(size: side, scale: 1, sharpness: nil)
    let (source, dy) = (noise([2, 3, 24, 24], seed: 3), noise([2, 3, side, side], seed: 4))
    let values: [Float] = [0.45, 0.55, 0.3, 0.3, 0.6, 0.2]
    let box = Parameter(name: "box", value: Tensor(values, shape: [2, 3]))
    let seen = crop(source, Box(box.tensor))
    #expect(seen.values == hard(source, Box(Tensor(values, shape: [2, 3]))).values)
    let found = try #require(gradients(of: (seen * dy).sum(), for: [box])[0]).values

    let squares = (dy * dy).sum([1]).values.map(Double.init)
    func covered(_ n: Int, _ moved: [Double]) -> Double {
      let at = values[3 * n..<3 * n + 3].map(Double.init)
      func h(_ z: Double) -> Double { 1 / (1 + exp(-k * z)) }
      func mask(_ index: Int, _ axis: Int) -> Double {
        let place = at[axis] - at[2] + 2 * at[2] * (Double(index) + 0.5) / Double(side)
        return h(place - moved[axis] + moved[2]) - h(place - moved[axis] - moved[2])
      }
      var (sum, whole) = (0.0, 0.0)
      for row in 0..<side {
        for column in 0..<side {
          let square = squares[(n * side + row) * side + column]
          whole += square
          sum += square * mask(column, 0) * mask(row, 1)
        }
      }
      return sum / whole
    }
    for index in values.indices {
      let (n, axis) = (index / 3, index % 3)
      var (more, less) = (values[3 * n..<3 * n + 3].map(Double.init), [Double]())
      less = more
      more[axis] += 1e-5
      less[axis] -= 1e-5
      let expected = (covered(n, less) - covered(n, more)) / 2e-5
      #expect(abs(Double(found[index]) - expected) < 1e-3 * max(1, abs(expected)), "\(index)")
    }
  }
}
