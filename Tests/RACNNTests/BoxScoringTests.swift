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

  /// Subjects of 1 to 8 hundredths of their photos, told out of order: scale 1 knows the larger half,
  /// the decision all but the smallest.
  @Test func quartersGoByTheSubjectsShare() throws {
    var scoring = BoxScoring()
    #expect(scoring.quartiles == nil)
    for share in [5, 1, 8, 3, 2, 7, 4, 6] {
      scoring.add(
        subject: Rectangle(x: 3, y: 4, width: Double(share), height: 5), width: 50, height: 10,
        first: share > 4, decision: share > 1)
    }
    let quartiles = try #require(scoring.quartiles)
    #expect(quartiles.map(\.count) == [2, 2, 2, 2])
    #expect(quartiles.map(\.least) == [0.01, 0.03, 0.05, 0.07])
    #expect(quartiles.map(\.greatest) == [0.02, 0.04, 0.06, 0.08])
    #expect(quartiles.map(\.first) == [0, 0, 1, 1])
    #expect(quartiles.map(\.decision) == [0.5, 1, 1, 1])
    #expect(quartiles.map(\.gain.value) == [0.5, 1, 0, 0])
    // Of two photos of which the decision gains one, a draw may hold either one twice.
    #expect(quartiles[0].gain.low == 0 && quartiles[0].gain.high == 1)
  }

  /// Photos that are fewer than quarters make no empty ones.
  @Test func threePhotosAreThreeQuarters() throws {
    var scoring = BoxScoring()
    for _ in 0..<3 {
      scoring.add(
        subject: Rectangle(x: 0, y: 0, width: 1, height: 1), width: 2, height: 2, first: true,
        decision: true)
    }
    #expect(scoring.quartiles?.map(\.count) == [1, 1, 1])
  }
}
