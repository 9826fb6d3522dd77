#ifndef TARGET

#include "Kernels.h"

typedef struct {
  int halves;
  float *weight, *mean, *square;
  const float *gradient;
  float rate, momentum, decay;
  float beta1, beta2, epsilon, kept, correction;
} optimizer;

#define FAMILY "Optimizers.c"
#include "ForEachTarget.h"

void racnn_sgd(int halves, float *weight, const float *gradient, float *velocity, size_t count, float rate,
               float momentum, float decay) {
  optimizer o = {.halves = halves, .weight = weight, .gradient = gradient, .mean = velocity,
                 .rate = rate, .momentum = momentum, .decay = decay};
  racnn_spans(count, &o, PICK(sgd));
}

void racnn_adamw(int halves, float *weight, const float *gradient, float *mean, float *square, size_t count,
                 float rate, float beta1, float beta2, float epsilon, float decay, int step) {
  // In double, since 1 - beta2 ^ step cancels in the first steps.
  double correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
  optimizer o = {.halves = halves, .weight = weight, .gradient = gradient, .mean = mean, .square = square,
                 .rate = (float)(rate / correction1), .beta1 = beta1, .beta2 = beta2,
                 .epsilon = epsilon, .kept = (float)(1 - (double)rate * decay),
                 .correction = (float)(1 / sqrt(correction2))};
  racnn_spans(count, &o, PICK(adamw));
}

#else

INLINE void TARGETED(sgd_halves)(const optimizer o, int halves, size_t begin, size_t end) {
  float *restrict weight = o.weight, *restrict velocity = o.mean;
  const float *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++) {
    if (halves & RACNN_GATHERS)
      velocity[i] = o.momentum * velocity[i] + (gradient[i] + o.decay * weight[i]);
    if (halves & RACNN_MOVES) weight[i] -= o.rate * velocity[i];
  }
}

static void TARGETED(sgd)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  switch (o.halves) {
  case RACNN_GATHERS: return TARGETED(sgd_halves)(o, RACNN_GATHERS, begin, end);
  case RACNN_MOVES: return TARGETED(sgd_halves)(o, RACNN_MOVES, begin, end);
  default: return TARGETED(sgd_halves)(o, RACNN_GATHERS | RACNN_MOVES, begin, end);
  }
}

INLINE void TARGETED(adamw_halves)(const optimizer o, int halves, size_t begin, size_t end) {
  float *restrict weight = o.weight, *restrict mean = o.mean, *restrict square = o.square;
  const float *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++) {
    if (halves & RACNN_GATHERS) {
      float g = gradient[i];
      mean[i] += (1 - o.beta1) * (g - mean[i]);
      square[i] = o.beta2 * square[i] + (1 - o.beta2) * g * g;
    }
    if (halves & RACNN_MOVES) {
      float root = __builtin_elementwise_sqrt(square[i]) * o.correction + o.epsilon;
      weight[i] = weight[i] * o.kept - o.rate * mean[i] / root;
    }
  }
}

static void TARGETED(adamw)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  switch (o.halves) {
  case RACNN_GATHERS: return TARGETED(adamw_halves)(o, RACNN_GATHERS, begin, end);
  case RACNN_MOVES: return TARGETED(adamw_halves)(o, RACNN_MOVES, begin, end);
  default: return TARGETED(adamw_halves)(o, RACNN_GATHERS | RACNN_MOVES, begin, end);
  }
}

#endif
