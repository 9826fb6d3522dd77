import Images
import RACNN
import Synchronization
import Testing

import class Foundation.Thread

/// One classifier, many threads. `Tests/Faults/faults-threads` runs this with the thread sanitizer.
@Suite struct ClassifierThreadsTests {
  @Test func eightThreadsGetTheAnswersOfOne() throws {
    let classifier = Classifier(tinyNetwork())
    let photos = try (0..<4).map { index in
      let pixels = (0..<3 * 40 * 30).map { UInt8(($0 * (index + 3)) % 251) }
      let image = Image(width: 40, height: 30, pixels: pixels)
      return try Photo(decoding: try image.pngData(), name: "photo \(index)")
    }
    let expected = try photos.map { try classifier.classify($0, crops: true) }
    let counts = Mutex((finished: 0, equal: 0))
    for _ in 0..<8 {
      let thread = Thread {
        var equal = 0
        for round in 0..<20 {
          let index = round % photos.count
          let answer = try? classifier.classify(photos[index], crops: true)
          if answer == expected[index] { equal += 1 }
        }
        counts.withLock { [equal] in $0 = ($0.finished + 1, $0.equal + equal) }
      }
      thread.start()
    }
    while counts.withLock({ $0.finished }) < 8 { Thread.sleep(forTimeInterval: 0.01) }
    #expect(counts.withLock { $0.equal } == 160)
  }
}
