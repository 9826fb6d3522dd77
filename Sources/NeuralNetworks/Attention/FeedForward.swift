public import Tensors

/// Two linear layers with a non-linearity between them, for each token on its own: section 3.3 of
/// "Attention Is All You Need" (Vaswani et al., 2017).
public struct FeedForward {
  private let expand: Linear
  private let project: Linear
  private let activation: TransformerConfiguration.Activation
  private let dropout: Dropout

  /// Makes the parameters in a scope.
  public init(_ scope: ParameterScope, _ configuration: TransformerConfiguration) {
    let (width, hidden) = (configuration.width, configuration.hidden)
    expand = configuration.linear(
      scope(configuration.names.expand), inputs: width, outputs: hidden)
    project = configuration.linear(
      scope(configuration.names.project), inputs: hidden, outputs: width)
    activation = configuration.activation
    dropout = Dropout(scope, rate: configuration.hiddenDropout ?? configuration.dropout)
  }

  /// The output for `x [..., width]`, of its shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    project(dropout(activation(expand(x))))
  }
}
