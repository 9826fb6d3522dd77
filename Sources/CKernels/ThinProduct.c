#ifndef TARGET

// Matrix products of a few rows with a large matrix, which is read once, from memory: the layers of
// an APN are of this kind. A blocked product packs the matrix first, so it moves it three times.
//
// Measured on an AVX-512 core, one thread, [rows, 62720] times [62720, 1024] transposed (257 MB), in
// ms, beside oneDNN 2.6's sgemm: 1 row 11 against 11, 2 rows 12 against 11, 4 rows 15 against 21,
// 8 rows 20 against 33; and sgemm leaves one row, and two, to one thread. With AVX2, floats and halves:
// 1 row 15 and 8, 2 rows 16 and 9, 4 rows 21 and 12, 8 rows 40 and 21.

#include "Kernels.h"

/// Rows of the thin matrix, and of the large one, whose sums are held in registers, at most.
enum { THIN = 4, LARGE = 4 };
/// Columns at a time: the thin matrix's stay in the second cache while the large one's pass by.
enum { SPAN = 32768 };
/// Bytes that are asked for ahead of their use: the processor's own prefetching ends with a page.
enum { AHEAD = 1024 };

typedef struct {
  size_t rows, columns, inner;
  const float *a;
  const void *b;  // floats or halves
  float *c;
} thin;

typedef uint16_t half;
typedef uint16_t short8 __attribute__((ext_vector_type(8), aligned(2), may_alias));
#if defined(__x86_64__) || defined(__aarch64__)
typedef _Float16 half8 __attribute__((ext_vector_type(8), aligned(2), may_alias));
typedef _Float16 half16 __attribute__((ext_vector_type(16), aligned(2), may_alias));
#endif

// IEEE 754: a half's exponent is biased by 15, a float's by 127; all ones are no number or infinite.
static inline float half_value(half h) {
  union {
    uint32_t bits;
    float value;
  } magnitude = {(uint32_t)(h & 0x7fff) << 13};
  int is_finite = magnitude.bits < 0x0f800000;
  magnitude.value *= 0x1p112f;
  if (!is_finite) magnitude.bits |= 0x7f800000;
  return h & 0x8000 ? -magnitude.value : magnitude.value;
}

#define FAMILY "ThinProduct.c"
#include "ForEachTarget.h"

static void compute(thin t, void (*body)(void *context, size_t begin, size_t end)) {
  memset(t.c, 0, t.rows * t.columns * sizeof(float));
  racnn_ranges((t.columns + LARGE - 1) / LARGE, &t, body);
}

void racnn_thin_product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c) {
  compute((thin){.rows = m, .columns = n, .inner = k, .a = a, .b = b, .c = c},
          PICK(thin_product_of_float));
}

void racnn_thin_product_of_halves(size_t m, size_t n, size_t k, const float *a, const uint16_t *b,
                                  float *c) {
  compute((thin){.rows = m, .columns = n, .inner = k, .a = a, .b = b, .c = c},
          PICK(thin_product_of_half));
}

#else

// Halves of one vector to floats.
#ifdef TARGET_HAS_32_REGISTERS
INLINE void TARGETED(widen)(const half *from, float16 *to) {
  *to = __builtin_convertvector(*(const half16 *)from, float16);
}
#elif defined(TARGET_REGISTER_FLOATS) || defined(__aarch64__)
INLINE void TARGETED(widen)(const half *from, float8 *to) {
  *to = __builtin_convertvector(*(const half8 *)from, float8);
}
#else
INLINE void TARGETED(widen)(const half *from, float8 *to) {
  int8 bits = __builtin_convertvector(*(const short8 *)from, int8);
  int8 magnitude = (bits & 0x7fff) << 13, isFinite = magnitude < 0x0f800000;
  int8 scaled = (int8)((float8)magnitude * 0x1p112f);
  *to = (float8)(scaled | (~isFinite & 0x7f800000) | (bits & 0x8000) << 16);
}
#endif

#define WEIGHT float
#define LANES 16
#define VECTOR float16
// With 16 registers 4 x 4 sums do not fit, which costs nothing: the floats come from memory.
#define TILE(rows) LARGE
#define WIDEN(from, to) (*(to) = *(const VECTOR *)(from))
#define VALUE(weight) (weight)
#include "ThinDots.h"

#define WEIGHT half
#ifdef TARGET_HAS_32_REGISTERS
#define LANES 16
#define VECTOR float16
#define TILE(rows) LARGE
#else
// In vectors of 8, and of 3 rows and more two columns at a time, all sums fit into 16 registers, and no
// half is read or widened twice. In vectors of 16, two rows at a time, 4 rows took 15.7 ms, not 12.4.
#define LANES 8
#define VECTOR float8
#define TILE(rows) ((rows) > 2 ? 2 : LARGE)
#endif
#define WIDEN(from, to) TARGETED(widen)(from, to)
#define VALUE(weight) half_value(weight)
#include "ThinDots.h"

#endif
