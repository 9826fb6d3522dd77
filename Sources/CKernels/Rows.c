#ifndef TARGET

// Each row of a matrix times a factor of its own, as when a norm is folded into a convolution's
// weights: in threads, since in training that is done anew at each step.

#include "Kernels.h"

typedef struct {
  const float *x, *factors, *dy;
  float *y, *dfactors;
  size_t columns;
} scaled_rows;

#define FAMILY "Rows.c"
#include "ForEachTarget.h"

static void run(scaled_rows *l, size_t rows, void (*body)(void *, size_t, size_t)) {
  if (rows * l->columns < 32768) body(l, 0, rows);
  else racnn_ranges(rows, l, body);
}

void racnn_scale_rows(const float *x, const float *factors, float *y, size_t rows,
                      size_t columns) {
  scaled_rows l = {.x = x, .factors = factors, .y = y, .columns = columns};
  run(&l, rows, PICK(scale_rows));
}

void racnn_scale_rows_gradient(const float *x, const float *factors, const float *dy, float *dx,
                               float *dfactors, size_t rows, size_t columns) {
  scaled_rows l = {.x = x, .factors = factors, .dy = dy, .y = dx, .dfactors = dfactors,
                   .columns = columns};
  run(&l, rows, PICK(scale_rows_gradient));
}

#else

#include "VectorMath.h"

static void TARGETED(scale_rows)(void *context, size_t begin, size_t end) {
  const scaled_rows *l = context;
  size_t columns = l->columns;
  for (size_t row = begin; row < end; row++) {
    const float *x = l->x + row * columns;
    float *y = l->y + row * columns, factor = l->factors[row];
    for (size_t j = 0; j < columns; j += LANES) {
      TARGETED(store)(y + j, columns - j, TARGETED(load)(x + j, columns - j, 0) * factor);
    }
  }
}

static void TARGETED(scale_rows_gradient)(void *context, size_t begin, size_t end) {
  const scaled_rows *l = context;
  size_t columns = l->columns;
  for (size_t row = begin; row < end; row++) {
    const float *x = l->x + row * columns, *dy = l->dy + row * columns;
    float *dx = l->y + row * columns, factor = l->factors[row];
    VECTOR sum = 0;
    for (size_t j = 0; j < columns; j += LANES) {
      VECTOR d = TARGETED(load)(dy + j, columns - j, 0);
      sum += d * TARGETED(load)(x + j, columns - j, 0);
      TARGETED(store)(dx + j, columns - j, d * factor);
    }
    l->dfactors[row] = TARGETED(sum_of)(sum);
  }
}

#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED

#endif
