#ifndef TARGET

// Layer normalisation of rows (Ba, Kiros, Hinton, "Layer Normalization", 2016), and the two
// operations on the rows of a matrix that linear layers need.

#include "Kernels.h"

// Rows that are summed together; the sums are added up in their order, so that the result does not
// depend on the threads.
enum { CHUNK = 64 };

typedef struct {
  const float *x, *dy, *scale, *shift, *bias;
  float *y, *means, *inverses, *dscale, *dshift;
  size_t rows, columns;
  float epsilon;
} rowwise;

#define FAMILY "LayerNorm.c"
#include "ForEachTarget.h"

static size_t chunks(const rowwise *l) { return (l->rows + CHUNK - 1) / CHUNK; }

static void add_chunks(const rowwise *l, const float *partial, float *sums) {
  memset(sums, 0, l->columns * sizeof(float));
  for (size_t i = 0; i < chunks(l); i++) {
    for (size_t j = 0; j < l->columns; j++) sums[j] += partial[i * l->columns + j];
  }
}

void racnn_layer_norm(const float *x, const float *scale, const float *shift, float epsilon,
                      float *y, float *means, float *inverses, size_t rows, size_t columns) {
  rowwise l = {.x = x, .scale = scale, .shift = shift, .epsilon = epsilon, .y = y,
               .means = means, .inverses = inverses, .rows = rows, .columns = columns};
  racnn_ranges(chunks(&l), &l, PICK(layer_norm));
}

void racnn_layer_norm_gradient(const float *x, const float *dy, const float *scale,
                               const float *means, const float *inverses, float *dx,
                               float *dscale, float *dshift, size_t rows, size_t columns) {
  rowwise l = {.x = x, .dy = dy, .scale = scale, .means = (float *)means,
               .inverses = (float *)inverses, .y = dx, .rows = rows, .columns = columns};
  size_t count = chunks(&l) * columns;
  float *partial = racnn_floats(2 * count);
  l.dscale = partial;
  l.dshift = partial + count;
  racnn_ranges(chunks(&l), &l, PICK(layer_norm_gradient));
  add_chunks(&l, l.dscale, dscale);
  add_chunks(&l, l.dshift, dshift);
  free(partial);
}

void racnn_add_to_rows(const float *x, const float *bias, float *y, size_t rows, size_t columns) {
  rowwise l = {.x = x, .bias = bias, .y = y, .rows = rows, .columns = columns};
  if (rows * columns < 32768) PICK(add_to_rows)(&l, 0, chunks(&l));
  else racnn_ranges(chunks(&l), &l, PICK(add_to_rows));
}

void racnn_row_sum(const float *x, float *sums, size_t rows, size_t columns) {
  rowwise l = {.x = x, .rows = rows, .columns = columns};
  float *partial = racnn_floats(chunks(&l) * columns);
  l.y = partial;
  racnn_ranges(chunks(&l), &l, PICK(row_sum));
  add_chunks(&l, partial, sums);
  free(partial);
}

#else

#include "VectorMath.h"

#define LAST(chunk) racnn_smaller(((chunk) + 1) * CHUNK, l->rows)

static void TARGETED(layer_norm)(void *context, size_t begin, size_t end) {
  const rowwise *l = context;
  size_t columns = l->columns;
  for (size_t row = begin * CHUNK; row < racnn_smaller(end * CHUNK, l->rows); row++) {
    const float *x = l->x + row * columns;
    float *y = l->y + row * columns;
    VECTOR sum = 0, squares = 0;
    for (size_t j = 0; j < columns; j += LANES) sum += TARGETED(load)(x + j, columns - j, 0);
    float mean = TARGETED(sum_of)(sum) / (float)columns;
    for (size_t j = 0; j < columns; j += LANES) {
      VECTOR apart = TARGETED(load)(x + j, columns - j, mean) - mean;
      squares += apart * apart;
    }
    float inverse = 1 / sqrtf(TARGETED(sum_of)(squares) / (float)columns + l->epsilon);
    for (size_t j = 0; j < columns; j += LANES) {
      VECTOR normal = (TARGETED(load)(x + j, columns - j, 0) - mean) * inverse;
      VECTOR scale = TARGETED(load)(l->scale + j, columns - j, 0);
      VECTOR shift = TARGETED(load)(l->shift + j, columns - j, 0);
      TARGETED(store)(y + j, columns - j, normal * scale + shift);
    }
    l->means[row] = mean;
    l->inverses[row] = inverse;
  }
}

static void TARGETED(layer_norm_gradient)(void *context, size_t begin, size_t end) {
  const rowwise *l = context;
  size_t columns = l->columns;
  for (size_t chunk = begin; chunk < end; chunk++) {
    float *dscale = l->dscale + chunk * columns, *dshift = l->dshift + chunk * columns;
    memset(dscale, 0, columns * sizeof(float));
    memset(dshift, 0, columns * sizeof(float));
    for (size_t row = chunk * CHUNK; row < LAST(chunk); row++) {
      const float *x = l->x + row * columns, *dy = l->dy + row * columns;
      float *dx = l->y + row * columns, mean = l->means[row], inverse = l->inverses[row];
      VECTOR sum = 0, product = 0;
      for (size_t j = 0; j < columns; j += LANES) {
        size_t left = columns - j;
        VECTOR d = TARGETED(load)(dy + j, left, 0);
        VECTOR normal = (TARGETED(load)(x + j, left, 0) - mean) * inverse;
        VECTOR slope = d * TARGETED(load)(l->scale + j, left, 0);
        sum += slope;
        product += slope * normal;
        TARGETED(store)(dscale + j, left, TARGETED(load)(dscale + j, left, 0) + d * normal);
        TARGETED(store)(dshift + j, left, TARGETED(load)(dshift + j, left, 0) + d);
      }
      float average = TARGETED(sum_of)(sum) / (float)columns;
      float averageProduct = TARGETED(sum_of)(product) / (float)columns;
      for (size_t j = 0; j < columns; j += LANES) {
        size_t left = columns - j;
        VECTOR normal = (TARGETED(load)(x + j, left, 0) - mean) * inverse;
        VECTOR slope = TARGETED(load)(dy + j, left, 0) * TARGETED(load)(l->scale + j, left, 0);
        TARGETED(store)(dx + j, left, (slope - average - normal * averageProduct) * inverse);
      }
    }
  }
}

static void TARGETED(add_to_rows)(void *context, size_t begin, size_t end) {
  const rowwise *l = context;
  size_t columns = l->columns;
  for (size_t row = begin * CHUNK; row < racnn_smaller(end * CHUNK, l->rows); row++) {
    for (size_t j = 0; j < columns; j += LANES) {
      TARGETED(store)(l->y + row * columns + j, columns - j,
                      TARGETED(load)(l->x + row * columns + j, columns - j, 0) +
                          TARGETED(load)(l->bias + j, columns - j, 0));
    }
  }
}

static void TARGETED(row_sum)(void *context, size_t begin, size_t end) {
  const rowwise *l = context;
  size_t columns = l->columns;
  for (size_t chunk = begin; chunk < end; chunk++) {
    float *sums = l->y + chunk * columns;
    memset(sums, 0, columns * sizeof(float));
    for (size_t row = chunk * CHUNK; row < LAST(chunk); row++) {
      const float *x = l->x + row * columns;
      for (size_t j = 0; j < columns; j++) sums[j] += x[j];
    }
  }
}

#undef LAST
#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED

#endif
