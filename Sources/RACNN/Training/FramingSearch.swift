package import ImageDatasets

/// Decides which part of photos a network is shown by how many of those that it has learned it
/// recognises so.
///
/// Photos that were learned are recognised, unless what tells them apart is not in sight: a scratch at
/// the edge of a plate. So they show what photos never seen cannot where these are few. On 20 classes
/// of CUB-200-2011, whose birds are in the middle, a wider framing gains nothing here, and costs 2
/// points of scale 1's accuracy at 128 pixels.
package struct FramingSearch {
  private var right: [Framing: [Bool]] = [:]

  package init() {}

  /// Takes whether the next photos are recognised so.
  package mutating func add(_ photos: [Bool], _ framing: Framing) {
    right[framing, default: []] += photos
  }

  /// The narrowest framing but for wider ones that are better beyond chance.
  package var best: Framing {
    var best = Framing.middle
    for wider in Framing.allCases where wider != best && isBetter(wider, than: best) {
      best = wider
    }
    return best
  }

  /// What to tell of the choice; nil where it is the usual one.
  var sentence: String? {
    guard best != .middle, let photos = right[best] else { return nil }
    func count(_ framing: Framing) -> Int { right[framing]?.count { $0 } ?? 0 }
    let what = best == .whole ? "Photos are shown whole" : "Photos are shown to the edge"
    return
      "\(what) from here on: so scale 1 recognises \(count(best)) of \(photos.count) that it has"
      + " learned, and \(count(.middle)) by their middle."
  }

  /// Whether more photos are recognised by two standard errors of the difference, and by 1 in 100.
  private func isBetter(_ wider: Framing, than narrower: Framing) -> Bool {
    let pairs = zip(right[wider] ?? [], right[narrower] ?? [])
    let (gained, lost) = pairs.reduce((0, 0)) {
      ($0.0 + ($1.0 && !$1.1 ? 1 : 0), $0.1 + ($1.1 && !$1.0 ? 1 : 0))
    }
    let gain = Double(gained - lost)
    return gain >= 2 * Double(gained + lost).squareRoot()
      && gain >= 0.01 * Double(right[wider]?.count ?? 0) && gain > 0
  }
}
