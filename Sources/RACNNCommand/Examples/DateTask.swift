import Tensors

/// Dates as people write them, and in ISO form: `the 23rd of march, 1984` and `1984-03-23`.
///
/// All days of 1900 to 2099; a tenth of them, chosen by the seed, is never trained on.
struct DateTask {
  /// A date in one of the forms, and its ISO form.
  struct Example {
    let words: String
    let iso: String
  }

  /// Days since the first, to be trained on and to be tested with.
  let trained: [Int]
  let unseen: [Int]

  init(seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    var days = Array(0..<Self.dayCount)
    days.shuffle(using: &generator)
    unseen = Array(days.prefix(Self.dayCount / 10))
    trained = Array(days.dropFirst(Self.dayCount / 10))
  }

  /// A day in a form that is drawn.
  func example(_ day: Int, using generator: inout RandomGenerator) -> Example {
    let (year, month, date) = Self.calendar(day)
    let name = Self.months[month - 1]
    // 1 January 1900 was a Monday.
    let weekday = Self.weekdays[day % 7]
    let words =
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: "\(date) \(name) \(year)"
      case 1: "\(name) \(date), \(year)"
      case 2: "\(weekday), \(date) \(name) \(year)"
      case 3: "the \(date)\(Self.ending(date)) of \(name), \(year)"
      case 4: "\(weekday), \(name) \(date)\(Self.ending(date)), \(year)"
      case 5: "\(name.prefix(3)) \(date) \(year)"
      default: "the \(Self.ordinal(date)) of \(name) \(year)"
      }
    return Example(
      words: words, iso: "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(date))")
  }

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]
  private static let weekdays = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]
  private static let ordinals = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
  ]
  private static let years = 1900..<2100
  private static let dayCount = years.reduce(0) { $0 + (isLeap($1) ? 366 : 365) }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func length(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func calendar(_ day: Int) -> (year: Int, month: Int, date: Int) {
    var (rest, year, month) = (day, years.lowerBound, 1)
    while rest >= (isLeap(year) ? 366 : 365) {
      rest -= isLeap(year) ? 366 : 365
      year += 1
    }
    while rest >= length(month, year) {
      rest -= length(month, year)
      month += 1
    }
    return (year, month, rest + 1)
  }

  private static func ending(_ date: Int) -> String {
    if (11...13).contains(date) { return "th" }
    return ["th", "st", "nd", "rd", "th", "th", "th", "th", "th", "th"][date % 10]
  }

  private static func ordinal(_ date: Int) -> String {
    switch date {
    case ...20: ordinals[date - 1]
    case ...29: "twenty-\(ordinals[date - 21])"
    case 30: "thirtieth"
    default: "thirty-first"
    }
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}

/// The characters of the task as numbers.
struct DateCharacters {
  static let padding = 0
  static let start = 1
  static let end = 2
  private static let characters = Array("0123456789abcdefghijklmnopqrstuvwxyz ,-")
  static let count = 3 + characters.count

  /// Characters that the task does not have are left out.
  static func numbers(_ text: String) -> [Int] {
    text.compactMap { character in characters.firstIndex(of: character).map { $0 + 3 } }
  }

  static func text(_ numbers: [Int]) -> String {
    String(numbers.filter { $0 >= 3 }.map { characters[$0 - 3] })
  }
}
