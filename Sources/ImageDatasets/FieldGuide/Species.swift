/// The three marks on the head, all by which a species can be told.
struct Species {
  /// From 0 to 7, one bit a mark.
  let index: Int

  static let all = (0..<8).map { Species(index: $0) }

  /// A deep, hooked bill instead of a thin, straight one of the same length.
  var hasStoutBill: Bool { index & 4 != 0 }
  /// A pale ring about the eye.
  var hasEyeRing: Bool { index & 2 != 0 }
  /// A pale stripe from the bill over the crown to the nape.
  var hasCrownStripe: Bool { index & 1 != 0 }

  /// A made-up name that says the marks.
  var name: String {
    let marks =
      (hasCrownStripe ? "Striped " : "") + (hasEyeRing ? "Spectacled " : "")
    return (marks.isEmpty ? "Plain " : marks) + (hasStoutBill ? "Stoutbill" : "Needlebill")
  }

  /// The name as the CUB layout has it: `001.Plain_Needlebill`.
  var folder: String { "00\(index + 1)." + fileName }

  /// The name with underscores.
  var fileName: String { String(name.map { $0 == " " ? "_" : $0 }) }
}
