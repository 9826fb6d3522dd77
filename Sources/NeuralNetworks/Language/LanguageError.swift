public import Files

/// What can go wrong with the files of a language model.
public enum LanguageError: Error, Hashable, Sendable {
  /// The file cannot be read at all.
  case file(FileError)
  /// The weights cannot be read, or are not those of the configuration.
  case weights(WeightsError)
  /// The vocabulary has no such token, which the tokenizer needs; `path` is nil for one in memory.
  case missingToken(path: String?, token: String)
  /// The configuration breaks its format, or says something that no network can be: what, and where.
  case configuration(path: String, problem: String)
  /// The configuration asks for something that is not done here.
  case unsupported(path: String, problem: String, cure: String)
}

extension LanguageError: CustomStringConvertible {
  /// The file, what is wrong and what helps, in one line.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .weights(let error): "\(error)"
    case .missingToken(let path, let token):
      "\(path ?? "the vocabulary in memory"): there is no line \(token);"
        + " give the vocab.txt of a BERT, a token a line"
    case .configuration(let path, let problem):
      "\(path): \(problem); give the config.json that belongs to the weights"
    case .unsupported(let path, let problem, let cure): "\(path): \(problem); \(cure)"
    }
  }
}
