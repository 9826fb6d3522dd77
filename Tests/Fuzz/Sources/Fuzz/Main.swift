import Glibc

/// What reads bytes that may be anything; it may refuse them, and must not trap.
private let readers: [String: @Sendable (UnsafeRawBufferPointer) -> Void] = [
  "jpeg": readPhoto, "png": readPhoto, "exif": readOrientation,
  "safetensors": readSafetensors, "pytorch": readPyTorch,
]

nonisolated(unsafe) private var reader: (UnsafeRawBufferPointer) -> Void = { _ in }

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The program's entry: `Fuzz READER`, then libFuzzer's own arguments.
@_cdecl("Fuzz_main")
func main(
  _ argumentCount: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  guard let arguments, argumentCount > 1, let name = arguments[1],
    let found = readers[String(cString: name)]
  else {
    let usage = "usage: Fuzz \(readers.keys.sorted().joined(separator: "|")) [ARGUMENTS]\n"
    write(STDERR_FILENO, usage, usage.utf8.count)
    return 64
  }
  reader = found
  // The reader's name is gone, the program's stands in its place.
  arguments[1] = arguments[0]
  var count = argumentCount - 1
  var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments + 1
  return runDriver(&count, &rest) { start, count in
    reader(UnsafeRawBufferPointer(start: start, count: count))
    return 0
  }
}
