import Files
import Foundation
import Images
import Testing

extension GoldenFile: CustomTestStringConvertible {
  var testDescription: String { name }

  var bytes: [UInt8] { Data(base64Encoded: base64).map { Array($0) } ?? [] }
}

@Suite struct GoldenFileTests {
  @Test(arguments: goldenFiles) func decodes(_ golden: GoldenFile) throws {
    let photo = try Photo(decoding: golden.bytes, name: golden.name)
    #expect(photo.width == golden.width && photo.height == golden.height)
    #expect(photo.image.width == golden.width && photo.image.height == golden.height)
    #expect(SHA256.hex(of: photo.image.pixels) == golden.hash)
  }

  /// Cut anywhere, a file is an error, or the same picture if the cut took nothing of it.
  @Test(arguments: goldenFiles) func cutAnywhere(_ golden: GoldenFile) {
    let bytes = golden.bytes
    var errors = 0
    for count in 0..<bytes.count {
      do throws(ImageError) {
        let photo = try Photo(decoding: Array(bytes.prefix(count)), name: "cut.jpg")
        #expect(SHA256.hex(of: photo.image.pixels) == golden.hash, "cut at \(count)")
      } catch {
        errors += 1
        #expect("\(error)".contains("cut.jpg"))
      }
    }
    #expect(errors > bytes.count / 2)
  }

  /// With any bit wrong, a file is an error or some picture.
  @Test(arguments: goldenFiles) func brokenAnywhere(_ golden: GoldenFile) {
    let bytes = golden.bytes
    for index in bytes.indices {
      for bit in [0, 3, 7] {
        var broken = bytes
        broken[index] ^= 1 << UInt8(bit)
        do throws(ImageError) {
          let photo = try Photo(decoding: broken, name: "broken.png", minimumSide: 5)
          #expect(photo.image.pixels.count == 3 * photo.image.width * photo.image.height)
        } catch {
          #expect("\(error)".contains("broken.png"))
        }
      }
    }
  }
}
