/// Smooth random values over the plane: random at whole coordinates, blended between them.
struct Noise {
  let seed: UInt32

  /// About -1 to 1; features are about a unit wide.
  func callAsFunction(_ p: Point) -> Float {
    let floor = p.rounded(.down)
    let part = p - floor
    let blend = part * part * (3 - 2 * part)
    let x = Int32(floor.x)
    let y = Int32(floor.y)
    let top = mix(corner(x, y), corner(x &+ 1, y), blend.x)
    let bottom = mix(corner(x, y &+ 1), corner(x &+ 1, y &+ 1), blend.x)
    return mix(top, bottom, blend.y)
  }

  /// The sum of `octaves` noises, each twice as fine and half as strong as the one before.
  func layered(_ p: Point, octaves: Int) -> Float {
    var sum: Float = 0
    var weight: Float = 0.5
    var place = p
    for _ in 0..<octaves {
      sum += weight * self(place)
      weight *= 0.5
      place = place * 2 + Point(17.3, 9.1)
    }
    return sum
  }

  private func corner(_ x: Int32, _ y: Int32) -> Float {
    var h = UInt32(bitPattern: x) &* 0x85eb_ca6b ^ UInt32(bitPattern: y) &* 0xc2b2_ae35 ^ seed
    h = (h ^ h >> 16) &* 0x7feb_352d
    h = (h ^ h >> 15) &* 0x846c_a68b
    h ^= h >> 16
    return Float(h >> 8) * 0x1p-23 - 1
  }
}
