internal import Foundation

/// How text is cleaned and split into words before WordPiece cuts these: BERT's basic tokenization.
///
/// Source: Devlin et al., "BERT", NAACL 2019, and the tokenizer that was released with it. Characters
/// are Unicode scalars. In this order: control characters go and white space becomes spaces, Chinese
/// characters become words of their own, accents go, letters become small, and words end at white
/// space and on both sides of a punctuation mark.
public struct TextNormalization: Hashable, Sendable {
  /// Whether letters become small, each by itself: a capital sigma at the end of a word is no
  /// exception.
  public var lowercases: Bool
  /// Whether non-spacing marks are dropped, after canonical decomposition (NFD).
  public var stripsAccents: Bool
  /// Whether each Chinese character is a word of its own; kana and Hangul are not meant.
  public var separatesChineseCharacters: Bool

  /// Choices; accents go where letters become small, unless told otherwise.
  public init(
    lowercases: Bool = true, stripsAccents: Bool? = nil, separatesChineseCharacters: Bool = true
  ) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.separatesChineseCharacters = separatesChineseCharacters
  }

  /// Words of more characters are known to no vocabulary.
  static let characterLimit = 100

  /// The words of a text, punctuation marks being words; of one of more than `characterLimit`
  /// characters, the first and one more.
  func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: [Unicode.Scalar] = []
    func endWord() {
      guard !word.isEmpty else { return }
      words.append(String(String.UnicodeScalarView(word)))
      word.removeAll(keepingCapacity: true)
    }
    for scalar in stripped(cleaned(text.unicodeScalars)) {
      if scalar.properties.isWhitespace {
        endWord()
      } else if scalar.isBERTPunctuation {
        endWord()
        word.append(scalar)
        endWord()
      } else if word.count <= Self.characterLimit {
        if lowercases {
          word.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        } else {
          word.append(scalar)
        }
      }
    }
    endWord()
    return words
  }

  // Arrays: a view of scalars takes time with all that it holds to append several.
  private func cleaned(_ text: String.UnicodeScalarView) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.underestimatedCount)
    for scalar in text where !scalar.isDroppedByBERT {
      if separatesChineseCharacters, scalar.isChinese {
        result += [" ", scalar, " "]
      } else {
        // A tab is a control character too: only a space is sure to be taken for white space.
        result.append(scalar.properties.isWhitespace ? " " : scalar)
      }
    }
    return result
  }

  /// Without non-spacing marks, in canonical decomposition: each character by itself, then the marks
  /// between two letters in their order.
  private func stripped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    guard stripsAccents, !text.allSatisfy(\.isASCII) else { return text }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var marks: [(order: UInt8, scalar: Unicode.Scalar)] = []
    func endMarks() {
      guard !marks.isEmpty else { return }
      let sorted = marks.enumerated()
        .sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
      result += sorted.map(\.element.scalar)
      marks.removeAll(keepingCapacity: true)
    }
    func append(_ scalar: Unicode.Scalar) {
      let order = scalar.combiningOrder
      if order > 0 {
        marks.append((order, scalar))
      } else {
        endMarks()
        result.append(scalar)
      }
    }
    for scalar in text {
      if scalar.isASCII || !scalar.isKnownToDecomposition {
        append(scalar)
      } else {
        for part in String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars {
          append(part)
        }
      }
    }
    endMarks()
    return result.filter { $0.category != .nonspacingMark }
  }
}

extension Unicode.Scalar {
  /// The general category as of Unicode 8, which Hugging Face's tokenizers know: what came later is
  /// unassigned to them, and stays in its word.
  fileprivate var category: Unicode.GeneralCategory {
    guard let age = properties.age, age.major <= 8 else { return .unassigned }
    return properties.generalCategory
  }

  /// Whether it was there in Unicode 9, as of which Hugging Face's tokenizers decompose: to them, what
  /// came later neither comes apart nor is sorted.
  fileprivate var isKnownToDecomposition: Bool {
    properties.age.map { $0.major <= 9 } ?? false
  }

  /// The place of a mark among those of one letter, by Unicode's canonical combining classes; 0 for
  /// what is no mark.
  fileprivate var combiningOrder: UInt8 {
    isASCII || !isKnownToDecomposition ? 0 : properties.canonicalCombiningClass.rawValue
  }

  /// Control, format and private characters, the null and the replacement character; not tab, line
  /// feed and carriage return.
  fileprivate var isDroppedByBERT: Bool {
    switch self {
    case "\t", "\n", "\r": return false
    case "\u{fffd}": return true
    default:
      switch category {
      case .control, .format, .privateUse: return true
      default: return false
      }
    }
  }

  /// All of ASCII that is neither letter nor digit nor space counts, as `$`, and what Unicode calls
  /// punctuation.
  fileprivate var isBERTPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: return true
    case ..<128: return false
    default:
      switch category {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation:
        return true
      default: return false
      }
    }
  }

  /// The blocks of CJK ideographs as Hugging Face's tokenizers have them: the sixth begins at 2B920, not
  /// at 2B820 as Unicode's.
  fileprivate var isChinese: Bool {
    switch value {
    case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f,
      0x2b740...0x2b81f, 0x2b920...0x2ceaf, 0xf900...0xfaff, 0x2f800...0x2fa1f:
      return true
    default: return false
    }
  }
}
