/// A part of a network of which only the input is kept for the gradient: when that is walked, the
/// part is applied again. It costs a second forward pass of the part, and gives the same bits.
///
/// Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016.
///
/// - Parameters:
///   - input: what the part is applied to.
///   - body: the part. Of what is on the tape it may use its argument and parameters alone, and it
///     must compute the same both times; it is told whether it is applied again.
package func recomputed(
  _ input: Tensor, _ body: @escaping (_ input: Tensor, _ isAgain: Bool) -> Tensor
) -> Tensor {
  guard Tape.isRecording else { return body(input, false) }
  let (values, isVariable) = (input.detached, input.node != nil)
  func applied(isAgain: Bool) -> (input: Tensor, output: Tensor) {
    let start = isVariable ? values.variable() : values
    return (start, body(start, isAgain))
  }
  // Recorded all the same, so that every operator does as it would without this, and to find the
  // parameters; the record ends with this call.
  let first = applied(isAgain: false)
  guard let root = first.output.node else { return first.output }
  let parameters = leaves(reachableFrom: root).filter { $0 !== first.input.node }
  let pullback = { (gradient: Tensor) in
    let again = Tape.$isRecomputing.withValue(true) {
      Tape.$isRecording.withValue(true) { applied(isAgain: true) }
    }
    var result = [Tensor?](repeating: nil, count: 1 + parameters.count)
    walk(from: again.output, gradient, to: [again.input.node] + parameters) { result[$0] = $1 }
    return result
  }
  let output = first.output
  return Tensor(
    shape: output.shape, storage: output.storage, layout: output.layout,
    node: Node(inputs: [input.node] + parameters, pullback: pullback))
}
