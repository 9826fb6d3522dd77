#ifndef TARGET

#include "Kernels.h"

// Both directions: a pass that leaves two doubles a lane for each image; these combined in the
// order of the images, so that the result does not depend on the threads; then a pass that writes,
// with coefficients for each lane. Those of the lanes beyond the last channel are zero, which
// keeps these lanes zero.
typedef struct {
  const float *x, *dy;
  float *y;             // dx when going back
  double *first, *second;  // [batch][lanes] each
  float *mean, *factor, *shift, *average, *slope;
  size_t area, groups, lanes, batch;
  racnn_range range;
} normalization;

static normalization prepared(const float *x, int batch, int channels, int area, int block,
                              int activation) {
  size_t groups = racnn_blocks(channels, block), lanes = groups * (size_t)block;
  double *partial = racnn_doubles(2 * (size_t)batch * lanes);
  float *table = racnn_floats(5 * lanes);
  memset(table, 0, 5 * lanes * sizeof(float));
  return (normalization){
      .x = x, .first = partial, .second = partial + (size_t)batch * lanes,
      .mean = table, .factor = table + lanes, .shift = table + 2 * lanes,
      .average = table + 3 * lanes, .slope = table + 4 * lanes,
      .area = (size_t)area, .groups = groups, .lanes = lanes, .batch = (size_t)batch,
      .range = racnn_activation_range(activation)};
}

static void release(const normalization *l) {
  free(l->first);
  free(l->mean);
}

static double sum(const normalization *l, const double *partial, size_t channel) {
  double total = 0;
  for (size_t n = 0; n < l->batch; n++) total += partial[n * l->lanes + channel];
  return total;
}

#define FAMILY "Normalization.c"
#define FOR_EACH_BLOCK
#include "ForEachTarget.h"

void racnn_batch_moments(const float *x, float *mean, float *variance, int batch, int channels,
                         int area, int block) {
  normalization l = prepared(x, batch, channels, area, block, RACNN_ACTIVATION_NONE);
  racnn_ranges(l.batch * l.groups, &l, PICK_BLOCK(moments, block));
  for (size_t c = 0; c < (size_t)channels; c++) {
    // Chan's formula for the moments of equally large parts.
    double average = sum(&l, l.first, c) / batch, squares = sum(&l, l.second, c);
    for (size_t n = 0; n < l.batch; n++) {
      double apart = l.first[n * l.lanes + c] - average;
      squares += apart * apart * area;
    }
    mean[c] = (float)average;
    variance[c] = (float)(squares / ((double)batch * area));
  }
  release(&l);
}

static void set_coefficients(normalization *l, int channels, const float *scale, const float *shift,
                             float epsilon, const float *mean, const float *variance) {
  for (size_t c = 0; c < (size_t)channels; c++) {
    l->mean[c] = mean[c];
    l->factor[c] = (float)(scale[c] / sqrt((double)variance[c] + epsilon));
    l->shift[c] = shift[c];
  }
}

void racnn_normalize(const float *x, const float *scale, const float *shift, float epsilon,
                     int activation, const float *mean, const float *variance, float *y, int batch,
                     int channels, int area, int block) {
  normalization l = prepared(x, batch, channels, area, block, activation);
  l.y = y;
  set_coefficients(&l, channels, scale, shift, epsilon, mean, variance);
  racnn_ranges(l.batch * l.groups, &l, PICK_BLOCK(normalize, block));
  release(&l);
}

void racnn_batch_norm_gradient(const float *x, const float *dy, const float *scale,
                               const float *shift, float epsilon, int activation,
                               const float *mean, const float *variance, float *dx, float *dscale,
                               float *dshift, int batch, int channels, int area, int block) {
  normalization l = prepared(x, batch, channels, area, block, activation);
  l.dy = dy;
  l.y = dx;
  set_coefficients(&l, channels, scale, shift, epsilon, mean, variance);
  racnn_ranges(l.batch * l.groups, &l, PICK_BLOCK(gradient_sums, block));
  // dx = factor * (g - average of g - (x - mean) * slope), where g is dy under the mask, and
  // slope the average of g * (x - mean) over the variance.
  double count = (double)batch * area;
  for (size_t c = 0; c < (size_t)channels; c++) {
    double total = sum(&l, l.first, c), product = sum(&l, l.second, c);
    double spread = (double)variance[c] + epsilon;
    dshift[c] = (float)total;
    dscale[c] = (float)(product / sqrt(spread));
    l.average[c] = (float)(total / count);
    l.slope[c] = (float)(product / spread / count);
  }
  racnn_ranges(l.batch * l.groups, &l, PICK_BLOCK(gradient, block));
  release(&l);
}

#else

// A block of one is a row of numbers of one channel: it goes through memory 16 at a time too,
// and its lanes are summed at the end.
#if BLOCK == 1
typedef float16 TARGETED(step_1);
#define STEP TARGETED(step_1)
#define STEP_INTEGERS int16
#define WIDTH 16
#define COEFFICIENT(pointer) ((float16)(*(pointer)))
#define COLLAPSED(s) ({ double total = 0; for (int k = 0; k < 16; k++) total += (s)[k]; total; })
#else
#define STEP VECTOR
#define STEP_INTEGERS INTEGERS
#define WIDTH BLOCK
#define COEFFICIENT(pointer) (*(const VECTOR *)(pointer))
#define COLLAPSED(s) CONVERT(s, DOUBLES)
#endif

// Floats are summed so many steps at a time, which stay in the first cache between two readings.
enum { BLOCKED(chunk) = 256 * 16 / WIDTH };

// Mean and sum of squared deviations of each image's channels: a chunk's mean first, then its
// deviations from that, and the chunks by Chan's formula in double. As exact as two passes over
// memory, in one.
static void BLOCKED(moments)(void *context, size_t begin, size_t end) {
  const normalization l = *(const normalization *)context;
  for (size_t index = begin; index < end; index++) {
    const float *x = l.x + index * l.area * BLOCK;
    DOUBLES mean = 0, squares = 0;
    double seen = 0;
    size_t steps = l.area * BLOCK / WIDTH;
    const STEP *v = (const STEP *)x;
    for (size_t i = 0; i < steps; i += BLOCKED(chunk)) {
      size_t count = racnn_smaller(steps - i, BLOCKED(chunk));
      STEP s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      size_t k = i;
      for (; k + 4 <= i + count; k += 4) {
        s0 += v[k];
        s1 += v[k + 1];
        s2 += v[k + 2];
        s3 += v[k + 3];
      }
      for (; k < i + count; k++) s0 += v[k];
      STEP sum = (s0 + s1) + (s2 + s3);
      double numbers = (double)(count * WIDTH / BLOCK);
      DOUBLES average = COLLAPSED(sum) / numbers;
#if BLOCK == 1
      STEP center = (STEP)(float)average;
      DOUBLES pivot = (float)average;
#else
      STEP center = CONVERT(average, VECTOR);
      DOUBLES pivot = CONVERT(center, DOUBLES);
#endif
      s0 = s1 = 0;
      k = i;
      for (; k + 2 <= i + count; k += 2) {
        STEP a = v[k] - center, b = v[k + 1] - center;
        s0 += a * a;
        s1 += b * b;
      }
      for (; k < i + count; k++) {
        STEP a = v[k] - center;
        s0 += a * a;
      }
      s0 += s1;
      // The center was rounded to float; the squares are about the average.
      DOUBLES rounding = average - pivot;
      DOUBLES around = COLLAPSED(s0) - rounding * rounding * numbers;
      DOUBLES apart = average - mean;
      squares += around + apart * apart * (seen * numbers / (seen + numbers));
      mean += apart * (numbers / (seen + numbers));
      seen += numbers;
    }
#if BLOCK == 1
    for (size_t i = steps * 16; i < l.area; i++) {
      double apart = x[i] - mean;
      seen += 1;
      mean += apart / seen;
      squares += apart * (x[i] - mean);
    }
#endif
    *(DOUBLES *)(l.first + index * BLOCK) = mean;
    *(DOUBLES *)(l.second + index * BLOCK) = squares > 0 ? squares : 0;
  }
}

static void BLOCKED(normalize)(void *context, size_t begin, size_t end) {
  const normalization l = *(const normalization *)context;
  const float low = l.range.low, high = l.range.high;
  for (size_t index = begin; index < end; index++) {
    size_t lane = index % l.groups * BLOCK, i = 0;
    STEP mean = COEFFICIENT(l.mean + lane), factor = COEFFICIENT(l.factor + lane);
    STEP shift = COEFFICIENT(l.shift + lane);
    const float *x = l.x + index * l.area * BLOCK;
    float *y = l.y + index * l.area * BLOCK;
    for (; i + WIDTH <= l.area * BLOCK; i += WIDTH) {
      STEP v = (*(const STEP *)(x + i) - mean) * factor + shift;
      v = v < (STEP)low ? (STEP)low : v;
      *(STEP *)(y + i) = v > (STEP)high ? (STEP)high : v;
    }
#if BLOCK == 1
    for (; i < l.area; i++) {
      float v = (x[i] - l.mean[lane]) * l.factor[lane] + l.shift[lane];
      v = v < low ? low : v;
      y[i] = v > high ? high : v;
    }
#endif
  }
}

// dy where the activation passes it; the forward pass's expression, so that it rounds alike.
#define MASKED(type, integers, x, dy, mean, factor, shift)                            \
  ({                                                                                  \
    type linear = ((x) - (mean)) * (factor) + (shift);                                \
    integers passes = (linear > (type)low) & (linear < (type)high);                   \
    passes ? (dy) : (type)0;                                                          \
  })

static void BLOCKED(gradient_sums)(void *context, size_t begin, size_t end) {
  const normalization l = *(const normalization *)context;
  const float low = l.range.low, high = l.range.high;
  for (size_t index = begin; index < end; index++) {
    size_t lane = index % l.groups * BLOCK, steps = l.area * BLOCK / WIDTH;
    STEP mean = COEFFICIENT(l.mean + lane), factor = COEFFICIENT(l.factor + lane);
    STEP shift = COEFFICIENT(l.shift + lane);
    const float *x = l.x + index * l.area * BLOCK, *dy = l.dy + index * l.area * BLOCK;
    DOUBLES sum = 0, product = 0;
    for (size_t i = 0; i < steps;) {
      size_t stop = racnn_smaller(steps, i + 128);
      STEP s[2] = {0, 0}, p[2] = {0, 0};
      for (; i < stop; i += 2) {
        for (size_t k = 0; k < 2 && i + k < stop; k++) {
          STEP v = *(const STEP *)(x + (i + k) * WIDTH), d = *(const STEP *)(dy + (i + k) * WIDTH);
          STEP g = MASKED(STEP, STEP_INTEGERS, v, d, mean, factor, shift);
          s[k] += g;
          p[k] += g * (v - mean);
        }
      }
      i = stop;
      s[0] += s[1];
      p[0] += p[1];
      sum += COLLAPSED(s[0]);
      product += COLLAPSED(p[0]);
    }
#if BLOCK == 1
    for (size_t i = steps * 16; i < l.area; i++) {
      float g = MASKED(float, int, x[i], dy[i], l.mean[lane], l.factor[lane], l.shift[lane]);
      sum += g;
      product += g * (x[i] - l.mean[lane]);
    }
#endif
    *(DOUBLES *)(l.first + index * BLOCK) = sum;
    *(DOUBLES *)(l.second + index * BLOCK) = product;
  }
}

static void BLOCKED(gradient)(void *context, size_t begin, size_t end) {
  const normalization l = *(const normalization *)context;
  const float low = l.range.low, high = l.range.high;
  for (size_t index = begin; index < end; index++) {
    size_t lane = index % l.groups * BLOCK, i = 0;
    STEP mean = COEFFICIENT(l.mean + lane), factor = COEFFICIENT(l.factor + lane);
    STEP shift = COEFFICIENT(l.shift + lane), average = COEFFICIENT(l.average + lane);
    STEP slope = COEFFICIENT(l.slope + lane);
    const float *x = l.x + index * l.area * BLOCK, *dy = l.dy + index * l.area * BLOCK;
    float *dx = l.y + index * l.area * BLOCK;
    for (; i + WIDTH <= l.area * BLOCK; i += WIDTH) {
      STEP v = *(const STEP *)(x + i), d = *(const STEP *)(dy + i);
      STEP g = MASKED(STEP, STEP_INTEGERS, v, d, mean, factor, shift);
      *(STEP *)(dx + i) = factor * (g - average - (v - mean) * slope);
    }
#if BLOCK == 1
    for (; i < l.area; i++) {
      float g = MASKED(float, int, x[i], dy[i], l.mean[lane], l.factor[lane], l.shift[lane]);
      dx[i] = l.factor[lane] * (g - l.average[lane] - (x[i] - l.mean[lane]) * l.slope[lane]);
    }
#endif
  }
}

#undef STEP
#undef STEP_INTEGERS
#undef WIDTH
#undef COEFFICIENT
#undef COLLAPSED
#undef MASKED

#endif
