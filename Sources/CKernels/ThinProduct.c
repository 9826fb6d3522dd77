#ifndef TARGET

// Matrix products of a few rows with a large matrix, which is read once, from memory: the layers of
// an APN are of this kind. A blocked product packs the matrix first, so it moves it three times.
//
// Measured on an AVX-512 core, one thread, [rows, 62720] times [62720, 1024] transposed (257 MB), in
// ms, beside oneDNN 2.6's sgemm: 1 row 11 against 11, 2 rows 12 against 11, 4 rows 15 against 21,
// 8 rows 20 against 33; and sgemm leaves one row, and two, to one thread. With AVX2, floats and bytes:
// 1 row 15 and 5, 2 rows 16 and 7, 4 rows 21 and 12, 8 rows 40 and 26.

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
  const void *b;        // floats or bytes
  const float *scales;  // of each of the large matrix's rows of bytes
  float *c;
} thin;

typedef int8_t byte;
typedef int8_t byte8 __attribute__((ext_vector_type(8), aligned(1), may_alias));
typedef int8_t byte16 __attribute__((ext_vector_type(16), aligned(1), may_alias));

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

void racnn_thin_product_of_bytes(size_t m, size_t n, size_t k, const float *a, const int8_t *b,
                                 const float *scales, float *c) {
  compute((thin){.rows = m, .columns = n, .inner = k, .a = a, .b = b, .scales = scales, .c = c},
          PICK(thin_product_of_byte));
}

#else

#define WEIGHT float
#define LANES 16
#define VECTOR float16
// With 16 registers 4 x 4 sums do not fit, which costs nothing: the floats come from memory.
#define TILE(rows) LARGE
#define WIDENED(from) (*(const VECTOR *)(from))
#define SCALED(sum, t, column) (sum)
#include "ThinDots.h"

#define WEIGHT byte
#ifdef TARGET_HAS_32_REGISTERS
#define LANES 16
#define VECTOR float16
#define TILE(rows) LARGE
#define WIDENED(from) __builtin_convertvector(*(const byte16 *)(from), float16)
#else
// In vectors of 8, and of 3 rows and more two columns at a time, all sums fit into 16 registers, and no
// byte is read or widened twice.
#define LANES 8
#define VECTOR float8
#define TILE(rows) ((rows) > 2 ? 2 : LARGE)
#define WIDENED(from) __builtin_convertvector(*(const byte8 *)(from), float8)
#endif
#define SCALED(sum, t, column) ((sum) * (t)->scales[column])
#include "ThinDots.h"

#endif
