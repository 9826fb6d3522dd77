import RACNN
import Testing

@Suite struct CalibrationTests {
  @Test func errorIsWhatConfidenceAndAccuracyDifferInBins() {
    var tally = CalibrationTally()
    for right in [true, true, true, true, false] { tally.add(probability: 0.75, isRight: right) }
    for right in [true, false, true, false, true] { tally.add(probability: 1, isRight: right) }
    let found = tally.result(logLoss: 0.5)
    // 3.75 of 5 are to be right, and 4 are; 5 of 5, and 3 are.
    #expect(abs(found.expectedError - (0.25 + 2) / 10) < 1e-9)
    #expect(abs(found.confidence - 0.875) < 1e-9 && found.accuracy == 0.7 && found.logLoss == 0.5)
    #expect(found.bins.map(\.count) == [5, 5])
    #expect(zip(found.bins.map(\.accuracy), [0.8, 0.6]).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  /// Errors that go both ways within a bin are no error of calibration.
  @Test func binsAreOfEqualWidth() {
    var tally = CalibrationTally()
    tally.add(probability: 0.81, isRight: true)
    tally.add(probability: 0.85, isRight: true)
    tally.add(probability: 0.86, isRight: false)
    tally.add(probability: 0.0, isRight: false)
    let found = tally.result(logLoss: 0)
    #expect(found.bins.map(\.count) == [1, 3])
    #expect(abs(found.expectedError - (2.52 - 2) / 4) < 1e-6)
  }
}
