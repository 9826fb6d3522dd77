#ifndef TARGET

#include "Kernels.h"

typedef struct {
  float *weight, *mean, *square;
  const float *gradient, *known, *known_square;
  float rate, momentum, decay;
  float beta1, beta2, epsilon, kept, correction;
} optimizer;

#define FAMILY "Optimizers.c"
#include "ForEachTarget.h"

void racnn_sgd_gather(const float *weight, const float *gradient, float *velocity, size_t count,
                      float momentum, float decay) {
  optimizer o = {.known = weight, .gradient = gradient, .mean = velocity,
                 .momentum = momentum, .decay = decay};
  racnn_spans(count, &o, PICK(sgd_gather));
}

void racnn_sgd_move(float *weight, const float *velocity, size_t count, float rate) {
  optimizer o = {.weight = weight, .known = velocity, .rate = rate};
  racnn_spans(count, &o, PICK(sgd_move));
}

void racnn_adamw_gather(const float *gradient, float *mean, float *square, size_t count, float beta1,
                        float beta2) {
  optimizer o = {.gradient = gradient, .mean = mean, .square = square, .beta1 = beta1, .beta2 = beta2};
  racnn_spans(count, &o, PICK(adamw_gather));
}

void racnn_adamw_move(float *weight, const float *mean, const float *square, size_t count, float rate,
                      float beta1, float beta2, float epsilon, float decay, int step) {
  // In double, since 1 - beta2 ^ step cancels in the first steps.
  double correction1 = 1 - pow(beta1, step), correction2 = 1 - pow(beta2, step);
  optimizer o = {.weight = weight, .known = mean, .known_square = square,
                 .rate = (float)(rate / correction1), .epsilon = epsilon,
                 .kept = (float)(1 - (double)rate * decay),
                 .correction = (float)(1 / sqrt(correction2))};
  racnn_spans(count, &o, PICK(adamw_move));
}

#else

static void TARGETED(sgd_gather)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict velocity = o.mean;
  const float *restrict weight = o.known, *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++)
    velocity[i] = o.momentum * velocity[i] + (gradient[i] + o.decay * weight[i]);
}

static void TARGETED(sgd_move)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict weight = o.weight;
  const float *restrict velocity = o.known;
  for (size_t i = begin; i < end; i++) weight[i] -= o.rate * velocity[i];
}

static void TARGETED(adamw_gather)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict mean = o.mean, *restrict square = o.square;
  const float *restrict gradient = o.gradient;
  for (size_t i = begin; i < end; i++) {
    float g = gradient[i];
    mean[i] += (1 - o.beta1) * (g - mean[i]);
    square[i] = o.beta2 * square[i] + (1 - o.beta2) * g * g;
  }
}

static void TARGETED(adamw_move)(void *context, size_t begin, size_t end) {
  const optimizer o = *(const optimizer *)context;
  float *restrict weight = o.weight;
  const float *restrict mean = o.known, *restrict square = o.known_square;
  for (size_t i = begin; i < end; i++) {
    float root = __builtin_elementwise_sqrt(square[i]) * o.correction + o.epsilon;
    weight[i] = weight[i] * o.kept - o.rate * mean[i] / root;
  }
}

#endif
