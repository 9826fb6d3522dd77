import Glibc

/// A non-linearity that can be fused into the operator before it.
public enum Activation: Int32, Sendable, Hashable, Codable {
  /// The identity.
  case none
  /// max(0, x)
  case relu
  /// min(max(0, x), 6)
  case relu6

  func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .none: x
    case .relu: x > 0 ? x : 0
    case .relu6: x > 0 ? (x < 6 ? x : 6) : 0
    }
  }

  /// Whether the slope is 1 where the output is `y`; else it is 0.
  func isLinear(at y: Float) -> Bool {
    switch self {
    case .none: true
    case .relu: y > 0
    case .relu6: y > 0 && y < 6
    }
  }
}

extension Tensor {
  /// max(0, x) of each element.
  public func relu() -> Tensor { activated(.relu) }

  /// min(max(0, x), 6) of each element.
  public func relu6() -> Tensor { activated(.relu6) }

  private func activated(_ activation: Activation) -> Tensor {
    let y = Kernels.current.activated(self, activation)
    return y.recorded(from: [self]) { dy in
      [Kernels.current.activationGradient(y, dy, activation)]
    }
  }

  /// x Phi(x) of each element, Phi the distribution function of the standard normal distribution.
  ///
  /// Source: Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016; exact, not the tanh form.
  public func gelu() -> Tensor {
    let x = plain
    return Kernels.current.gelu(x).recorded(from: [self]) { dy in
      [Kernels.current.geluGradient(x, dy.plain)]
    }
  }

  /// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 of each element: an approximation of `gelu`
  /// from the same paper, with which ALBERT was trained.
  public func geluTanh() -> Tensor {
    let x = plain
    return Kernels.current.geluTanh(x).recorded(from: [self]) { dy in
      [Kernels.current.geluTanhGradient(x, dy.plain)]
    }
  }

  /// The hyperbolic tangent of each element.
  public func tanh() -> Tensor {
    elementwise {
      tanhf($0)
    } derivative: { _, y in
      1 - y * y
    }
  }

  /// 1 / (1 + exp(-x)) of each element.
  public func sigmoid() -> Tensor {
    elementwise {
      1 / (1 + expf(-$0))
    } derivative: { _, y in
      y * (1 - y)
    }
  }
}
