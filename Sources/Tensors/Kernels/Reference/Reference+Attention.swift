import Glibc

extension KernelSet {
  func attention(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns
  ) -> (output: Tensor, logSums: Tensor) {
    let output = Tensor.zeros(problem.outputShape)
    let logSums = Tensor.full(.infinity, [problem.batch, problem.heads, problem.queries])
    problem.forEachQuery { place in
      let scores = problem.scores(place, q, k)
      let greatest = scores.max() ?? -.infinity
      guard scores.contains(where: { $0 != -.infinity }) else { return }
      let logSum = greatest + logf(scores.reduce(0) { $0 + expf($1 - greatest) })
      logSums.pointer[place.index] = logSum
      let y = output.pointer + problem.outputStart(place)
      for j in 0..<problem.keys {
        let weight = expf(scores[j] - logSum) * problem.kept(place, j)
        let value = v.head(place, j, problem.keys, problem.valueWidth)
        for c in 0..<problem.valueWidth { y[c] += weight * value[c] }
      }
    }
    return (output, logSums)
  }

  func attentionGradient(
    _ problem: AttentionProblem, _ q: TokenColumns, _ k: TokenColumns, _ v: TokenColumns,
    _ output: Tensor, _ logSums: Tensor, _ dy: Tensor,
    into gradients: (TokenColumns, TokenColumns, TokenColumns)
  ) {
    let (width, valueWidth, keys) = (problem.width, problem.valueWidth, problem.keys)
    for part in [gradients.0, gradients.1, gradients.2] {
      part.tensor.storage.buffer.update(repeating: 0)
    }
    problem.forEachQuery { place in
      let scores = problem.scores(place, q, k)
      let (y, dy) = (
        output.pointer + problem.outputStart(place), dy.pointer + problem.outputStart(place)
      )
      let mean = (0..<valueWidth).reduce(0) { $0 + y[$1] * dy[$1] }
      let query = q.head(place, place.query, problem.queries, width)
      let dquery = gradients.0.head(place, place.query, problem.queries, width)
      for j in 0..<keys {
        let weight = expf(scores[j] - logSums.pointer[place.index])
        let kept = problem.kept(place, j)
        let (value, dvalue) = (
          v.head(place, j, keys, valueWidth), gradients.2.head(place, j, keys, valueWidth)
        )
        var slope: Float = 0
        for c in 0..<valueWidth {
          slope += dy[c] * value[c]
          dvalue[c] += weight * kept * dy[c]
        }
        let dscore = weight * (slope * kept - mean) * problem.scale
        let (key, dkey) = (k.head(place, j, keys, width), gradients.1.head(place, j, keys, width))
        for c in 0..<width {
          dquery[c] += dscore * key[c]
          dkey[c] += dscore * query[c]
        }
      }
    }
  }
}

/// One query of one head.
private struct QueryPlace {
  let photo: Int
  let head: Int
  let query: Int
  /// Among all heads' queries.
  let index: Int
}

extension TokenColumns {
  /// Where the columns of a head of one token begin.
  fileprivate func head(
    _ place: QueryPlace, _ token: Int, _ tokens: Int, _ width: Int
  ) -> UnsafeMutablePointer<Float> {
    pointer + (place.photo * tokens + token) * pitch + place.head * width
  }
}

extension AttentionProblem {
  fileprivate func forEachQuery(_ body: (QueryPlace) -> Void) {
    for index in 0..<batch * heads * queries {
      let (head, query) = index.quotientAndRemainder(dividingBy: queries)
      body(QueryPlace(photo: head / heads, head: head % heads, query: query, index: index))
    }
  }

  fileprivate func outputStart(_ place: QueryPlace) -> Int {
    ((place.photo * queries + place.query) * heads + place.head) * valueWidth
  }

  /// With all masks.
  fileprivate func scores(_ place: QueryPlace, _ q: TokenColumns, _ k: TokenColumns) -> [Float] {
    let query = q.head(place, place.query, queries, width)
    return (0..<keys).map { j in
      if let causalOffset, j > place.query + causalOffset { return -.infinity }
      if let keyMask, keyMask.pointer[place.photo * keys + j] == 0 { return -.infinity }
      let key = k.head(place, j, keys, width)
      let product = (0..<width).reduce(0) { $0 + query[$1] * key[$1] } * scale
      guard let bias else { return product }
      let start = place.photo * biasStrides.batch + place.head * biasStrides.head
      return product + bias.pointer[start + place.query * keys + j]
    }
  }

  /// What the weight of a key is multiplied by, for dropout: bits as CKernels' Attention.c has them.
  fileprivate func kept(_ place: QueryPlace, _ key: Int) -> Float {
    guard let dropout else { return 1 }
    var row = dropout.seed &+ UInt64(place.index + 1) &* 0x9e37_79b9_7f4a_7c15
    row = (row ^ (row >> 30)) &* 0xbf58_476d_1ce4_e5b9
    row = (row ^ (row >> 27)) &* 0x94d0_49bb_1331_11eb
    var x = UInt32(truncatingIfNeeded: key) &* 0x9e37_79b9
    x ^= UInt32(truncatingIfNeeded: (row ^ (row >> 31)) >> 32)
    x = (x ^ (x >> 16)) &* 0x7feb_352d
    x = (x ^ (x >> 15)) &* 0x846c_a68b
    x = (x ^ (x >> 16)) >> 8
    return Float(x) * 0x1p-24 < dropout.rate ? 0 : 1 / (1 - dropout.rate)
  }
}
