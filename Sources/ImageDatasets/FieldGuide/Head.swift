extension Bird {
  /// Draws bill, eye and the marks of `species`; the head's outline is drawn with the body.
  ///
  /// - Returns: The box of head and bill in the picture's frame, cut to nothing.
  func drawHead(of species: Species, on canvas: inout Canvas) -> (low: Point, high: Point) {
    var dice = headSeed
    let frame = pose.head
    let tip = Point(dice.between(0.86, 0.98), dice.between(0.08, 0.13))
    let stripeWidth = dice.between(0.052, 0.062)
    let stripeHeight = dice.between(-0.58, -0.52)
    let ringRadius = dice.between(0.135, 0.15)
    let eye = Point(dice.between(0.13, 0.18), dice.between(-0.07, -0.03))

    if let cheek = plumage.cheek {
      let patch = Ellipse(center: Point(-0.02, 0.2), radii: Point(0.24, 0.15))
      canvas.fill(patch, in: frame, softness: 0.12, opacity: 0.8, cheek)
    }
    if species.hasCrownStripe {
      let line = curve(Point(0.40, -0.17), Point(0.08, stripeHeight), Point(-0.41, -0.10), 10)
      canvas.fill(Stroke(line, stripeWidth, stripeWidth * 0.8), in: frame, plumage.stripe)
    }
    drawBill(tip: tip, isStout: species.hasStoutBill, on: &canvas)
    if species.hasEyeRing {
      let ring = Ring(center: eye, radius: ringRadius, thickness: 0.075)
      canvas.fill(ring, in: frame, plumage.ring)
    }
    canvas.fill(Ellipse(center: eye, radii: Point(0.09, 0.09)), in: frame, plumage.eye)
    let glint = Ellipse(center: eye + Point(0.025, -0.035), radii: Point(0.022, 0.022))
    canvas.fill(glint, in: frame, Ink(0.95, 0.95, 0.95))

    let end = frame.toPicture(tip)
    let reach = Point(repeating: 0.5 * frame.scale)
    return (pointwiseMin(frame.origin - reach, end), pointwiseMax(frame.origin + reach, end))
  }

  private func drawBill(tip: Point, isStout: Bool, on canvas: inout Canvas) {
    let top: Point
    let bottom: Point
    let culmen: Point
    let chin: Point
    let end: Point
    if isStout {
      (top, bottom) = (Point(0.38, -0.19), Point(0.38, 0.28))
      (culmen, chin) = (Point(0.82, -0.22), Point(0.70, 0.30))
      end = tip + Point(-0.02, 0.16)
    } else {
      (top, bottom) = (Point(0.44, 0.01), Point(0.44, 0.13))
      (culmen, chin) = (mix(top, tip, 0.5), mix(bottom, tip, 0.5))
      end = tip
    }
    let gape = mix(top, bottom, 0.58)
    let crease = curve(gape, mix(gape, end, 0.55) + Point(0, isStout ? -0.02 : 0), end, 6)
    let upper = Polygon(points: curve(top, culmen, end, 8) + crease.reversed())
    let lower = Polygon(
      points: crease.dropLast() + [mix(end, gape, 0.08)]
        + curve(mix(end, gape, 0.12), chin, bottom, 6))
    let frame = pose.head
    let bill = plumage.bill
    canvas.fill(lower, in: frame) { _, d in bill * (0.72 - 0.35 * smoothStep(-0.03, 0, d)) }
    canvas.fill(upper, in: frame) { p, d in
      bill * (1.02 - 0.4 * smoothStep(-0.04, 0, d) - 0.2 * smoothStep(top.y, gape.y, p.y))
    }
    canvas.fill(Stroke(crease, 0.012, 0.008), in: frame, opacity: 0.7, bill * 0.35)
  }
}
