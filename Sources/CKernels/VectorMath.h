// Functions of vectors, compiled for TARGET: included by a family's file in its part for each
// instruction set, once. Defines VECTOR, the widest vector of the target, and LANES.

#ifdef TARGET_HAS_32_REGISTERS
#define LANES 16
#define VECTOR float16
#define INTEGERS int16
#elif defined(TARGET_REGISTER_FLOATS)
#define LANES 8
#define VECTOR float8
#define INTEGERS int8
#else
#define LANES 4
#define VECTOR float4
#define INTEGERS int4
#endif

#define UNROLLED _Pragma("clang loop unroll(full)")

/// e to the power of x up to 88, 0 below -87: Cephes' polynomial, within 2 units of the last place.
INLINE VECTOR TARGETED(exponential)(VECTOR x) {
  const float shift = 12582912;  // 1.5 * 2^23: adding it rounds to an integer.
  VECTOR inside = x < (VECTOR)-87.0f ? (VECTOR)-87.0f : x;
  VECTOR shifted = inside * 1.44269504f + shift, power = shifted - shift;
  VECTOR r = inside - power * 0.693359375f;
  r = r + power * 2.12194440e-4f;
  VECTOR p = (VECTOR)1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1;
  VECTOR result = (VECTOR)((INTEGERS)p + ((INTEGERS)shifted << 23));
  return x < (VECTOR)-87.0f ? (VECTOR)0 : result;
}

/// 1 / (1 + exp(-x)).
INLINE VECTOR TARGETED(logistic)(VECTOR x) {
  VECTOR inside = x < (VECTOR)-80.0f ? (VECTOR)-80.0f : x;
  return 1 / (1 + TARGETED(exponential)(-inside));
}

/// 2 to the power of x up to 127, 0 below -126: a minimax polynomial, within 2 units of the last place.
INLINE VECTOR TARGETED(power_of_two)(VECTOR x) {
  const float shift = 12582912;  // As above.
  VECTOR inside = x < (VECTOR)-126.0f ? (VECTOR)-126.0f : x;
  VECTOR shifted = inside + shift;
  VECTOR r = inside - (shifted - shift);
  VECTOR p = (VECTOR)1.32647272e-3f;
  p = p * r + 9.67151269e-3f;
  p = p * r + 5.55073374e-2f;
  p = p * r + 2.40222421e-1f;
  p = p * r + 6.93146978e-1f;
  p = p * r + 1;
  VECTOR result = (VECTOR)((INTEGERS)p + ((INTEGERS)shifted << 23));
  // What is no number stays so, also with bits that the sum above would carry away.
  return x >= (VECTOR)-126.0f ? result : inside - inside;
}

INLINE float TARGETED(sum_of)(VECTOR v) {
#if LANES == 16
  float8 e = v.lo + v.hi;
  float4 f = e.lo + e.hi;
#elif LANES == 8
  float4 f = v.lo + v.hi;
#else
  float4 f = v;
#endif
  return (f.x + f.z) + (f.y + f.w);
}

INLINE float TARGETED(greatest_of)(VECTOR v) {
#if LANES == 16
  float8 e = v.lo > v.hi ? v.lo : v.hi;
  float4 f = e.lo > e.hi ? e.lo : e.hi;
#elif LANES == 8
  float4 f = v.lo > v.hi ? v.lo : v.hi;
#else
  float4 f = v;
#endif
  float a = f.x > f.z ? f.x : f.z, b = f.y > f.w ? f.y : f.w;
  return a > b ? a : b;
}

/// Up to LANES floats from `from`, and `rest` beyond `count`.
INLINE VECTOR TARGETED(load)(const float *from, size_t count, float rest) {
  if (count >= LANES) return *(const VECTOR *)from;
  float values[LANES];
  for (size_t i = 0; i < LANES; i++) values[i] = i < count ? from[i] : rest;
  return *(const VECTOR *)values;
}

INLINE void TARGETED(store)(float *to, size_t count, VECTOR v) {
  if (count >= LANES) {
    *(VECTOR *)to = v;
    return;
  }
  float values[LANES];
  *(VECTOR *)values = v;
  for (size_t i = 0; i < count; i++) to[i] = values[i];
}
