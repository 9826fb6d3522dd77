#ifndef TARGET

#include "Kernels.h"

typedef struct {
  float *weight, *mean, *square;
  const float *gradient;
  float rate, momentum, decay;
  float beta1, beta2, epsilon, kept, correction;
} optimizer;

#define FAMILY "Optimizers.c"
#include "ForEachTarget.h"

void racnn_sgd(float *weight, const float *gradient, float *velocity, size_t count, float rate,
               float momentum, float decay) {
  optimizer o = {.weight = weight, .gradient = gradient, .mean = velocity,
                 .rate = rate, .momentum = momentum, .decay = decay};
  racnn_spans(count, &o, PICK(sgd));
}

void racnn_adamw(float *weight, const float *gradient, float *mean, float *square, size_t count,
                 float rate, float beta1, float beta2, float epsilon, float decay, int step) {
  // In double, since 1 - beta2 ^ step cancels in the first steps.
  double correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
  optimizer o = {.weight = weight, .gradient = gradient, .mean = mean, .square = square,
                 .rate = (float)(rate / correction1), .beta1 = beta1, .beta2 = beta2,
                 .epsilon = epsilon, .kept = (float)(1 - (double)rate * decay),
                 .correction = (float)(1 / sqrt(correction2))};
  racnn_spans(count, &o, PICK(adamw));
}

#else

static void TARGETED(sgd)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict weight = o.weight, *restrict velocity = o.mean;
  const float *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++) {
    velocity[i] = o.momentum * velocity[i] + (gradient[i] + o.decay * weight[i]);
    weight[i] -= o.rate * velocity[i];
  }
}

static void TARGETED(adamw)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict weight = o.weight, *restrict mean = o.mean, *restrict square = o.square;
  const float *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++) {
    float g = gradient[i];
    mean[i] += (1 - o.beta1) * (g - mean[i]);
    square[i] = o.beta2 * square[i] + (1 - o.beta2) * g * g;
    float root = __builtin_elementwise_sqrt(square[i]) * o.correction + o.epsilon;
    weight[i] = weight[i] * o.kept - o.rate * mean[i] / root;
  }
}

#endif
