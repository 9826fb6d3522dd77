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
        var sum: Float = 0
        for l in 0..<k { sum += a[i * rowA + l * columnA] * b[l * rowB + j * columnB] }
        c[i * n + j] = sum
      }
    }
  }
}
