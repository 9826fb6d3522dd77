/// A photo that a network decided wrong, and how sure it was.
///
/// Those that it was surest of are worth a look: the class may be what is wrong.
public struct Mistake: Codable, Hashable, Sendable {
  /// The photo, relative to the data set's folder.
  public var path: String
  /// The class it is filed under.
  public var className: String
  /// The class it was called.
  public var answer: String
  /// The calibrated probability of that.
  public var probability: Float

  /// How many are told of.
  static let mostTold = 10

  /// The mistakes that were surest, the surest first.
  static func surest(of mistakes: [Mistake]) -> [Mistake] {
    let order = mistakes.sorted { (-$0.probability, $0.path) < (-$1.probability, $1.path) }
    return Array(order.prefix(mostTold))
  }
}
