#ifndef TARGET

// Matrix products of a few rows with a large matrix, which is read once, from memory: the layers of
// an APN are of this kind. A blocked product packs the matrix first, so it moves it three times.
//
// Measured on an AVX-512 core, one thread, [rows, 62720] times [62720, 1024] transposed (257 MB), in
// ms, beside oneDNN 2.6's sgemm: 1 row 11 against 11, 2 rows 12 against 11, 4 rows 15 against 21,
// 8 rows 20 against 33; and sgemm leaves one row, and two, to one thread. With AVX2, floats and halves:
// 1 row 15 and 8, 2 rows 16 and 9, 4 rows 21 and 15, 8 rows 40 and 25.

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

typedef uint16_t short16 __attribute__((ext_vector_type(16), aligned(2), may_alias));
#if defined(__x86_64__) || defined(__aarch64__)
typedef _Float16 half16 __attribute__((ext_vector_type(16), aligned(2), may_alias));
#endif

// IEEE 754: a half's exponent is biased by 15, a float's by 127; all ones are no number or infinite.
static inline float half_value(uint16_t half) {
  union {
    uint32_t bits;
    float value;
  } magnitude = {(uint32_t)(half & 0x7fff) << 13};
  int is_finite = magnitude.bits < 0x0f800000;
  magnitude.value *= 0x1p112f;
  if (!is_finite) magnitude.bits |= 0x7f800000;
  return half & 0x8000 ? -magnitude.value : magnitude.value;
}

#define FAMILY "ThinProduct.c"
#include "ForEachTarget.h"

static void compute(thin t, void (*body)(void *context, size_t begin, size_t end)) {
  memset(t.c, 0, t.rows * t.columns * sizeof(float));
  racnn_ranges((t.columns + LARGE - 1) / LARGE, &t, body);
}

void racnn_thin_product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c) {
  compute((thin){.rows = m, .columns = n, .inner = k, .a = a, .b = b, .c = c},
          PICK(thin_product_of_floats));
}

void racnn_thin_product_of_halves(size_t m, size_t n, size_t k, const float *a, const uint16_t *b,
                                  float *c) {
  compute((thin){.rows = m, .columns = n, .inner = k, .a = a, .b = b, .c = c},
          PICK(thin_product_of_halves));
}

#else

INLINE float TARGETED(lanes_sum)(const float16 *v) {
  float8 half = v->lo + v->hi;
  return ((half[0] + half[4]) + (half[2] + half[6])) + ((half[1] + half[5]) + (half[3] + half[7]));
}

// Rows of each matrix whose sums are computed together. With 16 registers 4 x 4 do not fit, which costs
// nothing while the large matrix comes from memory as floats, but more than reading its halves twice.
#ifdef TARGET_HAS_32_REGISTERS
#define TILE(size) 4
#else
#define TILE(size) ((size) == sizeof(float) ? 4 : 2)
#endif

INLINE void TARGETED(widen)(const uint16_t *halves, float16 *floats) {
#if defined(TARGET_REGISTER_FLOATS) || defined(__aarch64__)
  *floats = __builtin_convertvector(*(const half16 *)halves, float16);
#else
  int16 half = __builtin_convertvector(*(const short16 *)halves, int16);
  int16 magnitude = (half & 0x7fff) << 13, isFinite = magnitude < 0x0f800000;
  int16 scaled = (int16)((float16)magnitude * 0x1p112f);
  *floats = (float16)(scaled | (~isFinite & 0x7f800000) | (half & 0x8000) << 16);
#endif
}

// Adds to c [rows][columns] what `span` columns of the inputs give.
INLINE void TARGETED(dots)(const thin *t, size_t row, size_t column, size_t from, size_t span,
                           const int rows, const int columns, const int size) {
  float16 sums[THIN][LARGE];
  const float *a[THIN];
  const char *b[LARGE];
  for (int r = 0; r < rows; r++) a[r] = t->a + (row + (size_t)r) * t->inner + from;
  for (int j = 0; j < columns; j++) {
    b[j] = (const char *)t->b + ((column + (size_t)j) * t->inner + from) * (size_t)size;
  }
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) sums[r][j] = (float16)0;
  }
  size_t i = 0;
  for (; i + 16 <= span; i += 16) {
    float16 x[THIN];
    for (int r = 0; r < rows; r++) x[r] = *(const float16 *)(a[r] + i);
    for (int j = 0; j < columns; j++) {
      const char *at = b[j] + i * (size_t)size;
      __builtin_prefetch(at + AHEAD);
      float16 w;
      if (size == sizeof(float)) {
        w = *(const float16 *)at;
      } else {
        TARGETED(widen)((const uint16_t *)at, &w);
      }
      for (int r = 0; r < rows; r++) sums[r][j] += x[r] * w;
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) {
      float sum = TARGETED(lanes_sum)(&sums[r][j]);
      for (size_t rest = i; rest < span; rest++) {
        sum += a[r][rest] * (size == sizeof(float) ? ((const float *)b[j])[rest]
                                                   : half_value(((const uint16_t *)b[j])[rest]));
      }
      t->c[(row + (size_t)r) * t->columns + column + (size_t)j] += sum;
    }
  }
}

INLINE void TARGETED(some_dots)(const thin *t, size_t column, size_t from, size_t span,
                                const int columns, const int size) {
  size_t row = 0;
  for (; row + TILE(size) <= t->rows; row += TILE(size)) {
    for (int j = 0; j < columns; j += TILE(size)) {
      TARGETED(dots)(t, row, column + (size_t)j, from, span, TILE(size),
                     columns < TILE(size) ? columns : TILE(size), size);
    }
  }
  switch (t->rows - row) {
    case 3: TARGETED(dots)(t, row, column, from, span, 3, columns, size); break;
    case 2: TARGETED(dots)(t, row, column, from, span, 2, columns, size); break;
    case 1: TARGETED(dots)(t, row, column, from, span, 1, columns, size); break;
  }
}

INLINE void TARGETED(thin_product)(const thin *t, size_t begin, size_t end, const int size) {
  for (size_t from = 0; from < t->inner; from += SPAN) {
    size_t span = racnn_smaller(SPAN, t->inner - from);
    for (size_t group = begin; group < end; group++) {
      size_t column = group * LARGE, columns = racnn_smaller(LARGE, t->columns - column);
      if (columns == LARGE) {
        TARGETED(some_dots)(t, column, from, span, LARGE, size);
      } else {
        for (size_t j = 0; j < columns; j++) {
          TARGETED(some_dots)(t, column + j, from, span, 1, size);
        }
      }
    }
  }
}

static void TARGETED(thin_product_of_floats)(void *context, size_t begin, size_t end) {
  TARGETED(thin_product)(context, begin, end, sizeof(float));
}

static void TARGETED(thin_product_of_halves)(void *context, size_t begin, size_t end) {
  TARGETED(thin_product)(context, begin, end, sizeof(uint16_t));
}

#undef TILE

#endif
