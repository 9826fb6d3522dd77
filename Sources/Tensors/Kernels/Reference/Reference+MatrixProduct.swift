extension KernelSet {
  func matrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, transposed transposesA: Bool,
    _ b: UnsafePointer<Float>, transposed transposesB: Bool, into c: UnsafeMutablePointer<Float>
  ) {
    let (m, n, k) = size
    let (rowA, columnA) = transposesA ? (1, m) : (k, 1)
    let (rowB, columnB) = transposesB ? (1, k) : (n, 1)
    for i in 0..<m {
      for j in 0..<n {
        // In double precision: a plain sum of 33,000 floats errs more than what is tested against it.
        var sum = 0.0
        for l in 0..<k {
          sum += Double(a[i * rowA + l * columnA]) * Double(b[l * rowB + j * columnB])
        }
        c[i * n + j] = Float(sum)
      }
    }
  }

  func quantizedMatrixProduct(
    _ size: (m: Int, n: Int, k: Int), _ a: UnsafePointer<Float>, _ b: QuantizedRows,
    into c: UnsafeMutablePointer<Float>
  ) {
    let floats = (0..<size.n * size.k).map { Float(b.pointer[$0]) * b.scales[$0 / size.k] }
    matrixProduct(size, a, transposed: false, floats, transposed: true, into: c)
  }
}
