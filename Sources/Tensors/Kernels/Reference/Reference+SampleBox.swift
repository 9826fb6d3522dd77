import Glibc

extension KernelSet {
  func sampleBox(_ source: Tensor, _ box: Tensor, size: Int, edge: Float?) -> Tensor {
    let (shape, source, box) = (source.shape, source.plain, box.plain)
    let (channels, side) = (shape[1], shape[2])
    return Tensor([shape[0], channels, size, size]) { y in
      for n in 0..<shape[0] {
        let sampling = Sampling(box.pointer + 3 * n, side: side, size: size, edge: edge)
        for c in 0..<channels {
          let plane = source.pointer + (n * channels + c) * side * side
          let result = sampling.y.weights.times(
            Matrix(plane, side, side), transposingRight: false
          ).times(sampling.x.weights, transposingRight: true)
          for (i, value) in result.values.enumerated() {
            y[(n * channels + c) * size * size + i] = Float(value)
          }
        }
      }
    }
  }

  func sampleBoxGradient(
    _ source: Tensor, _ box: Tensor, _ dy: Tensor, edge: Float?, wantsSource: Bool, wantsBox: Bool
  ) -> (source: Tensor?, box: Tensor?) {
    let (shape, source, box, size) = (source.shape, source.plain, box.plain, dy.shape[2])
    let (channels, side, dy) = (shape[1], shape[2], dy.plain)
    let dsource = Tensor(uninitialized: shape)
    let dbox = Tensor.zeros([shape[0], 3])
    for n in 0..<shape[0] {
      let s = Sampling(box.pointer + 3 * n, side: side, size: size, edge: edge)
      for c in 0..<channels {
        let plane = n * channels + c
        let photo = Matrix(source.pointer + plane * side * side, side, side)
        let gradient = Matrix(dy.pointer + plane * size * size, size, size)
        let toSource = s.y.weights.transposed.times(gradient, transposingRight: false)
          .times(s.x.weights, transposingRight: false)
        for (i, value) in toSource.values.enumerated() {
          dsource.pointer[plane * side * side + i] = Float(value)
        }
        func change(_ y: Matrix, _ x: Matrix) -> Float {
          Float(
            y.times(photo, transposingRight: false).times(x, transposingRight: true).dot(gradient))
        }
        dbox.pointer[3 * n] += change(s.y.weights, s.x.byCentre)
        dbox.pointer[3 * n + 1] += change(s.y.byCentre, s.x.weights)
        dbox.pointer[3 * n + 2] +=
          change(s.y.weights, s.x.byHalfSide) + change(s.y.byHalfSide, s.x.weights)
      }
    }
    return (wantsSource ? dsource : nil, wantsBox ? dbox : nil)
  }
}

/// The dense weights of both axes of a box: output = y * source * x transposed.
private struct Sampling {
  let x: Axis
  let y: Axis

  init(_ box: UnsafePointer<Float>, side: Int, size: Int, edge: Float?) {
    x = Axis(Double(box[0]), Double(box[2]), side: side, size: size, edge: edge)
    y = Axis(Double(box[1]), Double(box[2]), side: side, size: size, edge: edge)
  }
}

/// The weights [size, side] of one axis, and their derivatives by the box's centre and half-side.
private struct Axis {
  var weights: Matrix
  var byCentre: Matrix
  var byHalfSide: Matrix

  init(_ centre: Double, _ halfSide: Double, side: Int, size: Int, edge: Float?) {
    weights = Matrix(size, side)
    byCentre = weights
    byHalfSide = weights
    let length = Double(side)
    let scale = 2 * halfSide * length / Double(size)
    let radius = max(1, scale)
    let radiusByHalfSide = scale > 1 ? 2 * length / Double(size) : 0
    for i in 0..<size {
      let step = (Double(i) + 0.5) / Double(size)
      let place = length * (centre - halfSide) + 2 * halfSide * length * step
      let placeByHalfSide = length * (2 * step - 1)
      var triangle = [(w: Double, t: Double, l: Double)](repeating: (0, 0, 0), count: side)
      for j in 0..<side {
        let offset = Double(j) + 0.5 - place
        guard abs(offset) < radius else { continue }
        let slope = (offset < 0 ? -1.0 : 1.0) / radius
        triangle[j] = (
          1 - abs(offset) / radius, slope * length,
          slope * placeByHalfSide + abs(offset) / (radius * radius) * radiusByHalfSide
        )
      }
      let sum = triangle.reduce((w: 0.0, t: 0.0, l: 0.0)) {
        ($0.w + $1.w, $0.t + $1.t, $0.l + $1.l)
      }
      guard sum.w > 0 else { continue }
      for j in 0..<side {
        let (w, t, l) = triangle[j]
        let mask = Mask(Double(j) + 0.5, centre, halfSide, length, edge)
        let share = w / sum.w
        let shareByCentre = (t - share * sum.t) / sum.w
        let shareByHalfSide = (l - share * sum.l) / sum.w
        weights[i, j] = share * mask.value
        byCentre[i, j] = shareByCentre * mask.value + share * mask.byCentre
        byHalfSide[i, j] = shareByHalfSide * mask.value + share * mask.byHalfSide
      }
    }
  }
}

/// The boxcar mask at a place of an axis, and its derivatives.
private struct Mask {
  var value = 1.0
  var byCentre = 0.0
  var byHalfSide = 0.0

  init(_ place: Double, _ centre: Double, _ halfSide: Double, _ side: Double, _ edge: Float?) {
    guard let edge else { return }
    let k = Double(edge)
    let rise = 1 / (1 + exp(-k * (place / side - (centre - halfSide))))
    let fall = 1 / (1 + exp(-k * (place / side - (centre + halfSide))))
    let (riseSlope, fallSlope) = (k * rise * (1 - rise), k * fall * (1 - fall))
    value = rise - fall
    byCentre = fallSlope - riseSlope
    byHalfSide = riseSlope + fallSlope
  }
}

private struct Matrix {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int) {
    self.rows = rows
    self.columns = columns
    values = Array(repeating: 0, count: rows * columns)
  }

  init(_ pointer: UnsafePointer<Float>, _ rows: Int, _ columns: Int) {
    self.init(rows, columns)
    for i in values.indices { values[i] = Double(pointer[i]) }
  }

  subscript(_ row: Int, _ column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  var transposed: Matrix {
    var result = Matrix(columns, rows)
    for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
    return result
  }

  func times(_ other: Matrix, transposingRight: Bool) -> Matrix {
    let right = transposingRight ? other.transposed : other
    var result = Matrix(rows, right.columns)
    for i in 0..<rows {
      for k in 0..<columns where self[i, k] != 0 {
        let factor = self[i, k]
        for j in 0..<right.columns { result[i, j] += factor * right[k, j] }
      }
    }
    return result
  }

  func dot(_ other: Matrix) -> Double {
    zip(values, other.values).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
