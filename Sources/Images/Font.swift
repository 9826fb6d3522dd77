/// A bitmap font, 5 dots wide and 8 high with room for descenders, for the ASCII characters and the
/// space at which no line ends.
public enum Font {
  /// Dots from one character to the next.
  public static let advance = 6
  /// Dots from the top of a line to its bottom.
  public static let height = 8

  /// The dots of `text` in a row.
  public static func width(of text: String) -> Int { max(text.count * advance - 1, 0) }

  /// The five columns of a character from the left; the lowest bit is the top dot.
  static func columns(of character: Character) -> [UInt8] {
    let box: UInt64 = 0x7f_4141_417f
    let code = character == "\u{a0}" ? 0 : character.asciiValue.map { Int($0) - 32 } ?? -1
    let glyph = glyphs.indices.contains(code) ? glyphs[code] : box
    return (0..<5).map { UInt8(truncatingIfNeeded: glyph >> (32 - 8 * UInt64($0))) }
  }

  /// From the space to the tilde; the highest of five bytes is the left column.
  private static let glyphs: [UInt64] = [
    0x00_0000_0000, 0x00_005f_0000, 0x00_0700_0700, 0x14_7f14_7f14, 0x24_2a7f_2a12,  //  !"#$
    0x23_1308_6462, 0x36_4956_2050, 0x00_0007_0000, 0x00_1c22_4100, 0x00_4122_1c00,  // %&'()
    0x2a_1c7f_1c2a, 0x08_083e_0808, 0x00_b070_0000, 0x08_0808_0808, 0x00_6060_0000,  // *+,-.
    0x20_1008_0402, 0x3e_5149_453e, 0x00_427f_4000, 0x62_5149_4946, 0x22_4149_4936,  // /0123
    0x18_1412_7f10, 0x27_4545_4539, 0x3c_4a49_4930, 0x01_7109_0503, 0x36_4949_4936,  // 45678
    0x06_4949_291e, 0x00_3636_0000, 0x00_b676_0000, 0x08_1422_4100, 0x14_1414_1414,  // 9:;<=
    0x00_4122_1408, 0x02_0151_0906, 0x3e_415d_551e, 0x7e_0909_097e, 0x7f_4949_4936,  // >?@AB
    0x3e_4141_4122, 0x7f_4141_221c, 0x7f_4949_4941, 0x7f_0909_0901, 0x3e_4149_497a,  // CDEFG
    0x7f_0808_087f, 0x00_417f_4100, 0x20_4041_3f01, 0x7f_0814_2241, 0x7f_4040_4040,  // HIJKL
    0x7f_020c_027f, 0x7f_0408_107f, 0x3e_4141_413e, 0x7f_0909_0906, 0x3e_4151_215e,  // MNOPQ
    0x7f_0919_2946, 0x26_4949_4932, 0x01_017f_0101, 0x3f_4040_403f, 0x1f_2040_201f,  // RSTUV
    0x3f_4038_403f, 0x63_1408_1463, 0x07_0870_0807, 0x61_5149_4543, 0x00_7f41_4100,  // WXYZ[
    0x02_0408_1020, 0x00_4141_7f00, 0x04_0201_0204, 0x80_8080_8080, 0x00_0102_0400,  // \]^_`
    0x20_5454_5478, 0x7f_4844_4438, 0x38_4444_4428, 0x38_4444_487f, 0x38_5454_5418,  // abcde
    0x08_7e09_0102, 0x18_a4a4_a47c, 0x7f_0804_0478, 0x00_447d_4000, 0x40_8084_7d00,  // fghij
    0x7f_1028_4400, 0x00_417f_4000, 0x7c_0478_0478, 0x7c_0804_0478, 0x38_4444_4438,  // klmno
    0xfc_2424_2418, 0x18_2424_24fc, 0x7c_0804_0408, 0x48_5454_5424, 0x04_3f44_4020,  // pqrst
    0x3c_4040_207c, 0x1c_2040_201c, 0x3c_4030_403c, 0x44_2810_2844, 0x1c_a0a0_a07c,  // uvwxy
    0x44_6454_4c44, 0x00_0836_4141, 0x00_0077_0000, 0x00_4141_3608, 0x08_0408_1008,  // z{|}~
  ]
}
