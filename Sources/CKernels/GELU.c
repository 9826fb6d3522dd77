#ifndef TARGET

// x Phi(x), Phi the distribution function of the standard normal distribution, or its tanh form:
// Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016.

#include "Kernels.h"

typedef struct {
  const float *x, *dy;
  float *y;
} gelu_job;

#define FAMILY "GELU.c"
#include "ForEachTarget.h"

void racnn_gelu(const float *x, float *y, size_t count) {
  gelu_job g = {.x = x, .y = y};
  racnn_spans(count, &g, PICK(gelu));
}

void racnn_gelu_gradient(const float *x, const float *dy, float *dx, size_t count) {
  gelu_job g = {.x = x, .dy = dy, .y = dx};
  racnn_spans(count, &g, PICK(gelu_gradient));
}

void racnn_gelu_tanh(const float *x, float *y, size_t count) {
  gelu_job g = {.x = x, .y = y};
  racnn_spans(count, &g, PICK(gelu_tanh));
}

void racnn_gelu_tanh_gradient(const float *x, const float *dy, float *dx, size_t count) {
  gelu_job g = {.x = x, .dy = dy, .y = dx};
  racnn_spans(count, &g, PICK(gelu_tanh_gradient));
}

#else

#include "VectorMath.h"

/// Phi(x), and exp(-x x / 2) at `bell`: Abramowitz, Stegun, "Handbook of Mathematical Functions",
/// 7.1.26, within 1e-7.
INLINE VECTOR TARGETED(distribution)(VECTOR x, VECTOR *bell) {
  VECTOR size = x < (VECTOR)0 ? -x : x;
  VECTOR t = 1 / (1 + size * (0.3275911f * 0.70710678f));
  VECTOR p = (VECTOR)1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  *bell = TARGETED(exponential)(size * size * -0.5f);
  VECTOR tail = 0.5f * (p * t) * *bell;
  return x < (VECTOR)0 ? tail : 1 - tail;
}

static void TARGETED(gelu)(void *context, size_t begin, size_t end) {
  const gelu_job g = *(const gelu_job *)context;
  for (size_t i = begin; i < end; i += LANES) {
    VECTOR bell, x = TARGETED(load)(g.x + i, end - i, 0);
    TARGETED(store)(g.y + i, end - i, x * TARGETED(distribution)(x, &bell));
  }
}

static void TARGETED(gelu_gradient)(void *context, size_t begin, size_t end) {
  const gelu_job g = *(const gelu_job *)context;
  for (size_t i = begin; i < end; i += LANES) {
    VECTOR bell, x = TARGETED(load)(g.x + i, end - i, 0);
    VECTOR slope = TARGETED(distribution)(x, &bell);
    slope += x * bell * 0.39894228f;
    TARGETED(store)(g.y + i, end - i, TARGETED(load)(g.dy + i, end - i, 0) * slope);
  }
}

/// (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), which is the logistic function of 2 u.
INLINE VECTOR TARGETED(tanh_distribution)(VECTOR x) {
  return TARGETED(logistic)(x * (1.59576912f + 0.0713548163f * (x * x)));
}

static void TARGETED(gelu_tanh)(void *context, size_t begin, size_t end) {
  const gelu_job g = *(const gelu_job *)context;
  for (size_t i = begin; i < end; i += LANES) {
    VECTOR x = TARGETED(load)(g.x + i, end - i, 0);
    TARGETED(store)(g.y + i, end - i, x * TARGETED(tanh_distribution)(x));
  }
}

static void TARGETED(gelu_tanh_gradient)(void *context, size_t begin, size_t end) {
  const gelu_job g = *(const gelu_job *)context;
  for (size_t i = begin; i < end; i += LANES) {
    VECTOR x = TARGETED(load)(g.x + i, end - i, 0), p = TARGETED(tanh_distribution)(x);
    VECTOR slope = p + x * p * (1 - p) * (1.59576912f + 0.214064449f * (x * x));
    TARGETED(store)(g.y + i, end - i, TARGETED(load)(g.dy + i, end - i, 0) * slope);
  }
}

#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED

#endif
