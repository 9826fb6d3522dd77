package import Images
package import Tensors

/// One picture of the field guide.
package struct Scene {
  package let image: Image
  /// The head's box with its bill, in pixels, cut to the picture.
  package let head: Rectangle

  /// Draws a bird of `species`: all but the marks depends on `generator` alone.
  package init(species index: Int, size: Int, generator: RandomGenerator) {
    var dice = Dice(generator.fork(1))
    let bird = Bird(&dice, head: Dice(generator.fork(2)))
    let pose = bird.pose
    var canvas = Canvas(size: size)
    Backdrop(&dice).draw(on: &canvas, &dice)

    // The head's surroundings stay free, in front of it and behind.
    let reach = 1.15 * pose.frame.scale
    let clutter = Clutter(clear: Ellipse(center: pose.frame.origin, radii: Point(reach, reach)))
    clutter.draw(dice.whole(6, 14), on: &canvas, &dice)
    let foot = pose.frame.toPicture(pose.onBody(0, -0.8) + Point(0.05, 1))
    if dice.chance(0.6), clutter.clear.distance(foot) > 0.05 {
      clutter.perch(through: foot, on: &canvas, &dice)
    }
    bird.drawBody(on: &canvas, &dice)
    let box = bird.drawHead(of: Species(index: index), on: &canvas)
    clutter.draw(dice.whole(0, 3), on: &canvas, &dice)
    Scene.light(&canvas, &dice)

    image = canvas.image
    let low = box.low.clamped(lowerBound: Point(0, 0), upperBound: Point(1, 1)) * Float(size)
    let high = box.high.clamped(lowerBound: Point(0, 0), upperBound: Point(1, 1)) * Float(size)
    head = Rectangle(
      x: Double(low.x), y: Double(low.y), width: Double(high.x - low.x),
      height: Double(high.y - low.y))
  }

  /// Light from one side, its strength and its tint.
  private static func light(_ canvas: inout Canvas, _ dice: inout Dice) {
    let slope = dice.point(-0.28, 0.28)
    let level = dice.between(0.8, 1.12)
    let tint = dice.near(Ink(0.95, 0.95, 0.95), 0.05) / 0.95
    let contrast = dice.between(0.85, 1.1)
    canvas.paint { p, ink in
      let lit = ink * tint * (level + dot(slope, p - 0.5))
      return (lit - 0.5) * contrast + 0.5
    }
  }
}
