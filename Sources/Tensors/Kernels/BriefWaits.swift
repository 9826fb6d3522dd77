import Glibc

/// Starts this program anew, once, with threads that wait for one another for microseconds before
/// they sleep. To be called first in `main`; it returns where that is done or cannot be.
///
/// libgomp's threads turn 300,000 times, milliseconds, which are taken from other programs and from
/// what decodes photos; or, while they are more than the processors, 100 times, and then waking
/// them between two kernels takes as long as a small kernel. A number between is read from the
/// environment before `main`. 3,000 turns are some 50 microseconds. With 1,000, two threads of a
/// processor with AVX-512 slept 300 times in 130 ms; now EfficientNet-Lite0 predicts 10 and 16 % more
/// photos a second (four at a time, and one) in 3 and 6 % less of the processors' time. Where another
/// program takes a whole processor, it predicts 9 % fewer, and 10,000 turns would make that 19 %. On
/// a processor without AVX-512, measured earlier, 3,000 took a fourth more of the processors' time
/// where other programs ran too.
public func restartWithBriefWaits() {
  #if OneDNN
    let name = "GOMP_SPINCOUNT"
    guard getenv(name) == nil, let path = realpath("/proc/self/exe", nil) else { return }
    setenv(name, "3000", 1)
    execv(path, CommandLine.unsafeArgv)
    unsetenv(name)
    free(path)
  #endif
}
