import Images
import RACNN
import Testing

/// Boxes against subjects, counted by hand.
@Suite struct BoxScoringTests {
  private let subject = Rectangle(x: 10, y: 20, width: 40, height: 20)

  @Test func boxesAreComparedWithSubjects() throws {
    var scoring = BoxScoring()
    // All of the subject and as much again; its left half; nothing of it.
    scoring.add(
      Rectangle(x: 10, y: 20, width: 40, height: 40), scale: 2, subject: subject, lastOf: nil)
    scoring.add(
      Rectangle(x: 0, y: 20, width: 30, height: 20), scale: 2, subject: subject, lastOf: nil)
    scoring.add(
      Rectangle(x: 60, y: 20, width: 10, height: 10), scale: 2, subject: subject, lastOf: nil)
    // A subject without extent tells nothing.
    scoring.add(
      subject, scale: 2, subject: Rectangle(x: 0, y: 0, width: 0, height: 5), lastOf: nil)
    let scores = try #require(scoring.result)
    let score = try #require(scores.first)
    #expect(scores.count == 1 && score.scale == 2 && score.count == 3)
    func expectMean(_ value: Double?, of values: [Double]) {
      let mean = values.reduce(0, +) / 3
      #expect(abs((value ?? .nan) - mean) < 1e-12)
    }
    // The centres: (30, 40), on its edge; (15, 30), inside; (65, 25), outside.
    expectMean(score.centerInside, of: [1, 1, 0])
    expectMean(score.meanCoverage, of: [1, 0.5, 0])
    expectMean(score.meanIoU, of: [0.5, 0.4, 0])
    expectMean(score.meanOnSubject, of: [0.5, 2 / 3, 0])
    expectMean(score.coversMost, of: [1, 0, 0])
  }

  /// Nine tenths are enough, and less is not.
  @Test(arguments: [(36.0, 1.0), (35.9, 0.0)])
  func ninetyPercentAreMost(_ width: Double, _ expected: Double) throws {
    var scoring = BoxScoring()
    let box = Rectangle(x: 10, y: 0, width: width, height: 100)
    scoring.add(box, scale: 3, subject: subject, lastOf: nil)
    #expect(try #require(scoring.result)[0].coversMost == expected)
  }

  @Test func theWorstAreNamedFirst() throws {
    var scoring = BoxScoring()
    #expect(scoring.result == nil && scoring.worstBoxes == nil)
    for index in 0..<12 {
      let box = Rectangle(x: 10 + 2 * Double(index), y: 20, width: 40, height: 20)
      scoring.add(box, scale: 3, subject: subject, lastOf: "\(index).jpg")
    }
    let worst = try #require(scoring.worstBoxes)
    let expected = (2..<12).reversed().map { "\($0).jpg" }
    #expect(worst.map(\.path) == expected)
    #expect(abs(worst[0].onSubject - 18.0 / 40) < 1e-12)
  }
}
