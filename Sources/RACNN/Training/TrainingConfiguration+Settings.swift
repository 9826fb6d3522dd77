internal import Files
internal import FoundationEssentials

extension TrainingConfiguration {
  /// Takes settings from a JSON file: an object with any of the keys of a run's `config.json`, in
  /// objects of their own where they are there (`{"plan": {"rounds": 0}}`). What it does not name
  /// stays.
  ///
  /// - Throws: `FileError`, and `RACNNError.badSetting` naming the key, when a key is not known or a
  ///   value not of its kind.
  public mutating func take(settingsIn path: String) throws {
    let file = try FileBytes(path)
    let text = file.withBytes { Data($0) }
    func unusable(_ reason: String, _ cure: String) -> RACNNError {
      .badSetting(name: "settings \(path)", reason: reason, cure: cure)
    }
    guard let given = try? JSONDecoder().decode(Setting.self, from: text), case .object = given
    else { throw unusable("it is no JSON object", "give an object such as {\"batchSize\": 8}") }
    let own = try JSONDecoder().decode(Setting.self, from: JSONEncoder().encode(self))
    // Those that are nil are not in `own`.
    let names = Self.names(in: self)
    var unknown: [String] = []
    let merged = own.merged(with: given, at: "", known: names, unknown: &unknown)
    if let key = unknown.first {
      throw unusable("there is no setting \(key)", "see config.json of any run for their names")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(merged))
    } catch DecodingError.typeMismatch(_, let context),
      DecodingError.valueNotFound(_, let context), DecodingError.dataCorrupted(let context)
    {
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw unusable("\(key) has a value of another kind", "see config.json of any run")
    }
  }

  /// The names of all that a value stores, those of its parts after its own and a point.
  private static func names(in value: Any, at path: String = "") -> Set<String> {
    var names: Set<String> = []
    for case (let label?, let part) in Mirror(reflecting: value).children {
      names.insert(path + label)
      names.formUnion(Self.names(in: part, at: "\(path)\(label)."))
    }
    return names
  }
}

/// Any JSON value.
private enum Setting: Codable {
  case object([String: Setting])
  case list([Setting])
  case text(String)
  case truth(Bool)
  case number(Double)
  case whole(UInt64)
  case null

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let truth = try? value.decode(Bool.self) {
      self = .truth(truth)
    } else if let whole = try? value.decode(UInt64.self) {
      self = .whole(whole)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([Setting].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: Setting].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .object(let object): try value.encode(object)
    case .list(let list): try value.encode(list)
    case .text(let text): try value.encode(text)
    case .truth(let truth): try value.encode(truth)
    case .number(let number): try value.encode(number)
    case .whole(let whole): try value.encode(whole)
    case .null: try value.encodeNil()
    }
  }

  /// This with `other`'s values in place of its own, objects merged; keys that neither it nor `known`
  /// has are told of.
  func merged(
    with other: Setting, at path: String, known: Set<String>, unknown: inout [String]
  ) -> Setting {
    guard case .object(var own) = self, case .object(let given) = other else { return other }
    for (key, value) in given.sorted(by: { $0.key < $1.key }) {
      let name = path.isEmpty ? key : "\(path).\(key)"
      if let old = own[key] {
        own[key] = old.merged(with: value, at: name, known: known, unknown: &unknown)
      } else if known.contains(name) {
        own[key] = value
      } else {
        unknown.append(name)
      }
    }
    return .object(own)
  }
}
