#ifndef TARGET

// Matrix products of a few rows with a large matrix, which is read once, from memory: the layers of
// an APN are of this kind. A blocked product packs the matrix first, so it moves it three times.
//
// Measured on an AVX-512 core, one thread, [rows, 62720] times [62720, 1024] transposed (257 MB), in
// ms, beside oneDNN 2.6's sgemm: 1 row 11 against 11, 2 rows 12 against 11, 4 rows 15 against 21,
// 8 rows 20 against 33; and sgemm leaves one row, and two, to one thread.

#include "Kernels.h"

/// Rows of the thin matrix, and of the large one, whose sums are held in registers.
enum { THIN = 4, LARGE = 4 };
/// Columns at a time: the thin matrix's stay in the second cache while the large one's pass by.
enum { SPAN = 32768 };
/// Floats that are asked for ahead of their use: the processor's own prefetching ends with a page.
enum { AHEAD = 256 };

typedef struct {
  size_t rows, columns, inner;
  const float *a, *b;
  float *c;
} thin;

#define FAMILY "ThinProduct.c"
#include "ForEachTarget.h"

void racnn_thin_product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c) {
  thin t = {.rows = m, .columns = n, .inner = k, .a = a, .b = b, .c = c};
  memset(c, 0, m * n * sizeof(float));
  racnn_ranges((n + LARGE - 1) / LARGE, &t, PICK(thin_product));
}

#else

INLINE float TARGETED(lanes_sum)(const float16 *v) {
  float8 half = v->lo + v->hi;
  return ((half[0] + half[4]) + (half[2] + half[6])) + ((half[1] + half[5]) + (half[3] + half[7]));
}

// Adds to c [rows][columns] what `span` columns of the inputs give.
INLINE void TARGETED(dots)(const thin *t, size_t row, size_t column, size_t from, size_t span,
                           const int rows, const int columns) {
  float16 sums[THIN][LARGE];
  const float *a[THIN], *b[LARGE];
  for (int r = 0; r < rows; r++) a[r] = t->a + (row + (size_t)r) * t->inner + from;
  for (int j = 0; j < columns; j++) b[j] = t->b + (column + (size_t)j) * t->inner + from;
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) sums[r][j] = (float16)0;
  }
  size_t i = 0;
  for (; i + 16 <= span; i += 16) {
    float16 x[THIN];
    for (int r = 0; r < rows; r++) x[r] = *(const float16 *)(a[r] + i);
    for (int j = 0; j < columns; j++) {
      __builtin_prefetch(b[j] + i + AHEAD);
      float16 w = *(const float16 *)(b[j] + i);
      for (int r = 0; r < rows; r++) sums[r][j] += x[r] * w;
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) {
      float sum = TARGETED(lanes_sum)(&sums[r][j]);
      for (size_t rest = i; rest < span; rest++) sum += a[r][rest] * b[j][rest];
      t->c[(row + (size_t)r) * t->columns + column + (size_t)j] += sum;
    }
  }
}

INLINE void TARGETED(some_dots)(const thin *t, size_t column, size_t from, size_t span,
                                const int columns) {
  size_t row = 0;
  for (; row + THIN <= t->rows; row += THIN) {
    TARGETED(dots)(t, row, column, from, span, THIN, columns);
  }
  switch (t->rows - row) {
    case 3: TARGETED(dots)(t, row, column, from, span, 3, columns); break;
    case 2: TARGETED(dots)(t, row, column, from, span, 2, columns); break;
    case 1: TARGETED(dots)(t, row, column, from, span, 1, columns); break;
  }
}

static void TARGETED(thin_product)(void *context, size_t begin, size_t end) {
  const thin *t = context;
  for (size_t from = 0; from < t->inner; from += SPAN) {
    size_t span = racnn_smaller(SPAN, t->inner - from);
    for (size_t group = begin; group < end; group++) {
      size_t column = group * LARGE, columns = racnn_smaller(LARGE, t->columns - column);
      if (columns == LARGE) {
        TARGETED(some_dots)(t, column, from, span, LARGE);
      } else {
        for (size_t j = 0; j < columns; j++) {
          TARGETED(some_dots)(t, column + j, from, span, 1);
        }
      }
    }
  }
}

#endif
