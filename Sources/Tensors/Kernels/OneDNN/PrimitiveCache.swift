#if OneDNN
  internal import COneDNN
  import Synchronization

  /// One convolution primitive of oneDNN, made once for a problem.
  final class ConvolutionPrimitive {
    private let handle: OpaquePointer
    private let layout: PackedLayout
    let packedCount: Int
    private let scratchCount: Int
    private let paddedCount: Int

    /// - Parameter known: What was made before: where one of them packs weights alike, both have one
    ///   copy. Else each batch size would keep its own.
    init(
      _ problem: racnn_convolution, key: [Int32], known: some Sequence<ConvolutionPrimitive>
    ) {
      var problem = problem
      guard let handle = racnn_convolution_create(&problem) else {
        preconditionFailure("convolution: oneDNN has no implementation of \(problem)")
      }
      self.handle = handle
      layout =
        known.first { racnn_convolution_packs_alike($0.handle, handle) != 0 }?.layout
        ?? PackedLayout(descriptor: key.map(Int.init))
      packedCount = racnn_convolution_packed_count(handle)
      scratchCount = racnn_primitive_scratch_count(handle)
      paddedCount = racnn_convolution_padded_count(handle)
    }

    deinit { racnn_primitive_destroy(handle) }

    /// The weights in the primitive's layout, reordered at the first use of these values.
    func packed(_ weight: Tensor) -> Storage {
      if let packed = weight.storage.packed[layout] { return packed }
      let packed = Storage.packed(count: packedCount)
      let padded = Storage(count: paddedCount)
      let failure = racnn_convolution_pack(handle, weight.pointer, packed.pointer, padded.pointer)
      precondition(failure == 0, "convolution: oneDNN failed to reorder weights")
      weight.storage.packed[layout] = packed
      weight.giveUp()
      return packed
    }

    func unpack(_ packed: Storage, into weight: Tensor) {
      let padded = Storage(count: paddedCount)
      let failure = racnn_convolution_unpack(
        handle, packed.pointer, weight.pointer, padded.pointer)
      precondition(failure == 0, "convolution: oneDNN failed to reorder weights")
    }

    /// - Parameter added: in the layout of the output.
    func run(
      _ input: Storage, _ packed: Storage, _ bias: Storage?, adding added: Storage? = nil,
      _ output: Storage
    ) {
      let scratch = Storage(count: scratchCount)
      let failure = racnn_convolution_run(
        handle, input.pointer, packed.pointer, bias?.pointer, added?.pointer, output.pointer,
        scratch.pointer)
      precondition(failure == 0, "convolution: oneDNN failed")
      withExtendedLifetime((input, packed, bias, added, output, scratch)) {}
    }
  }

  /// Primitives by problem. One thread computes, and the lock is for those that take turns.
  final class PrimitiveCache: Sendable {
    private struct State: ~Copyable {
      var primitives: [[Int32]: ConvolutionPrimitive] = [:]
    }
    private let state = Mutex(State())

    subscript(_ problem: racnn_convolution) -> ConvolutionPrimitive {
      let key = withUnsafeBytes(of: problem) { Array($0.bindMemory(to: Int32.self)) }
      nonisolated(unsafe) let result: ConvolutionPrimitive = state.withLock { state in
        if let known = state.primitives[key] {
          nonisolated(unsafe) let known = known
          return known
        }
        nonisolated(unsafe) let made = ConvolutionPrimitive(
          problem, key: key, known: state.primitives.values)
        state.primitives[key] = made
        return made
      }
      return result
    }
  }
#endif
