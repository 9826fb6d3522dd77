import Glibc

/// Whether the system gives that many bytes now.
///
/// An array that gets no memory traps, and how much it needs may be a file's claim; so large
/// amounts are asked for first in a way that may fail.
public func canAllocate(_ count: Int) -> Bool {
  guard count > 1 << 24 else { return true }
  guard let memory = malloc(count) else { return false }
  free(memory)
  return true
}
