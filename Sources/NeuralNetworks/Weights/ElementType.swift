/// The element types that weight files know.
enum ElementType: String, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case uint32 = "U32"
  case int32 = "I32"
  case uint64 = "U64"
  case int64 = "I64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"
  // The types below are known, so that their files can be checked, but not converted.
  case complex64 = "C64"
  case complex128 = "C128"
  case float4 = "F4"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case float8E5M2 = "F8_E5M2"
  case float8E4M3 = "F8_E4M3"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"

  /// Bits of one element.
  var bits: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8: 8
    case .float8E5M2, .float8E4M3, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint32, .int32, .float32: 32
    case .uint64, .int64, .float64, .complex64: 64
    case .complex128: 128
    }
  }

  /// Bytes of one element; nil where elements share bytes.
  var size: Int? { bits % 8 == 0 ? bits / 8 : nil }

  /// Bytes of `count` elements; nil when that overflows or does not end at a byte.
  func byteCount(_ count: Int) -> Int? {
    let (total, overflow) = count.multipliedReportingOverflow(by: bits)
    return overflow || total % 8 != 0 ? nil : total / 8
  }

  /// Converts elements that lie one after the other into float32 values, as many as `result` holds;
  /// false when the type cannot be converted.
  ///
  /// `bytes` holds at least that many elements, in little-endian order as this machine's; it may
  /// begin at any address.
  func convert(_ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableBufferPointer<Float>)
    -> Bool
  {
    guard let size, let sum = byteCount(result.count), bytes.count >= sum else { return false }
    func each<Element: BitwiseCopyable>(_: Element.Type, _ value: (Element) -> Float) -> Bool {
      for i in 0..<result.count {
        result[i] = value(bytes.loadUnaligned(fromByteOffset: i * size, as: Element.self))
      }
      return true
    }
    switch self {
    case .float32:
      UnsafeMutableRawBufferPointer(result).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes.prefix(sum)))
      return true
    case .float64: return each(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: return each(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bfloat16: return each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .bool: return each(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: return each(UInt8.self) { Float($0) }
    case .int8: return each(Int8.self) { Float($0) }
    case .uint16: return each(UInt16.self) { Float($0) }
    case .int16: return each(Int16.self) { Float($0) }
    case .uint32: return each(UInt32.self) { Float($0) }
    case .int32: return each(Int32.self) { Float($0) }
    case .uint64: return each(UInt64.self) { Float($0) }
    case .int64: return each(Int64.self) { Float($0) }
    default: return false
    }
  }
}
