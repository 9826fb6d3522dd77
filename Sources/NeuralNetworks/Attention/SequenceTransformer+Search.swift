internal import Glibc
internal import Tensors

extension SequenceTransformer {
  /// The targets that come of taking the most likely token each time, without start and end.
  ///
  /// - Parameters:
  ///   - sources: lists of tokens.
  ///   - maximumLength: tokens after which a target ends anyway.
  public func greedy(_ sources: [[Int]], maximumLength: Int) -> [[Int]] {
    precondition(maximumLength >= 0, "greedy: a length of \(maximumLength)")
    guard !sources.isEmpty else { return [] }
    return withoutTape {
      var state = start(sources)
      var targets = [[Int]](repeating: [], count: sources.count)
      var open = Array(sources.indices)
      var last = open.map { _ in tokens.start }
      for _ in 0..<maximumLength {
        let chosen = next(after: last, &state).argmax()
        let going = chosen.indices.filter { chosen[$0] != tokens.end }
        for place in going { targets[open[place]].append(chosen[place]) }
        if going.count < open.count, !going.isEmpty { state = state.gathered(going) }
        open = going.map { open[$0] }
        last = going.map { chosen[$0] }
        if open.isEmpty { break }
      }
      return targets
    }
  }

  /// A target that was found, and how likely it is.
  public struct Candidate: Hashable, Sendable {
    /// Without start and end.
    public let tokens: [Int]
    /// The sum of the logarithms of its tokens' probabilities, the end's included, over their number
    /// to the power of the length penalty.
    public let score: Float
  }

  /// The best targets of one source, the best one first, found by keeping the most likely beginnings.
  ///
  /// - Parameters:
  ///   - beams: beginnings that are kept, and targets that are returned at most.
  ///   - maximumLength: tokens after which a target ends anyway.
  ///   - lengthPenalty: 0 favours short targets; 1 compares means.
  public func beamSearch(
    _ source: [Int], beams: Int = 4, maximumLength: Int, lengthPenalty: Float = 1
  ) -> [Candidate] {
    precondition(beams > 0 && maximumLength > 0, "beamSearch: \(beams) beams of \(maximumLength)")
    return withoutTape {
      var state = start([source])
      var open: [(tokens: [Int], sum: Float)] = [([], 0)]
      var done: [Candidate] = []
      func finish(_ tokens: [Int], _ sum: Float, length: Int) {
        let divisor = powf(Float(length), lengthPenalty)
        done.append(Candidate(tokens: tokens, score: sum / divisor))
      }
      for length in 1...maximumLength {
        let chances = next(after: open.map { $0.tokens.last ?? tokens.start }, &state)
        let (values, count) = (chances.values, chances.shape[1])
        // An end uses up no beam: twice as many are looked at.
        let best = values.indices
          .map { (place: $0, sum: open[$0 / count].sum + values[$0]) }
          .sorted { ($0.sum, $1.place) > ($1.sum, $0.place) }
          .prefix(2 * beams)
        var (following, parents): ([(tokens: [Int], sum: Float)], [Int]) = ([], [])
        for (rank, candidate) in best.enumerated() {
          let (parent, token) = candidate.place.quotientAndRemainder(dividingBy: count)
          if token == tokens.end {
            if rank < beams { finish(open[parent].tokens, candidate.sum, length: length) }
          } else if following.count < beams {
            following.append((open[parent].tokens + [token], candidate.sum))
            parents.append(parent)
          }
        }
        open = following
        if done.count >= beams || open.isEmpty { break }
        if length < maximumLength { state = state.gathered(parents) }
      }
      if done.count < beams {
        for (tokens, sum) in open { finish(tokens, sum, length: tokens.count) }
      }
      return Array(done.sorted { $0.score > $1.score }.prefix(beams))
    }
  }
}
