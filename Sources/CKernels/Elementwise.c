#ifndef TARGET

#include "Kernels.h"

#include <stdatomic.h>

typedef struct {
  const float *a, *b;
  float *y;
  float scale;
  racnn_range range;
  _Atomic uint32_t *greatest;
} elementwise;

#define FAMILY "Elementwise.c"
#include "ForEachTarget.h"

static void copy(void *context, size_t begin, size_t end) {
  const elementwise *e = context;
  memcpy(e->y + begin, e->a + begin, (end - begin) * sizeof(float));
}

void racnn_copy(const float *x, float *y, size_t count) {
  elementwise e = {.a = x, .y = y};
  racnn_spans(count, &e, copy);
}

void racnn_add(const float *a, const float *b, float *y, size_t count, int activation) {
  elementwise e = {.a = a, .b = b, .y = y, .range = racnn_activation_range(activation)};
  racnn_spans(count, &e, PICK(add));
}

float racnn_greatest_magnitude(const float *x, size_t count) {
  _Atomic uint32_t greatest = 0;
  elementwise e = {.a = x, .greatest = &greatest};
  racnn_spans(count, &e, PICK(greatest_magnitude));
  uint32_t bits = greatest;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

void racnn_scale(const float *x, float scale, float *y, size_t count) {
  elementwise e = {.a = x, .y = y, .scale = scale};
  racnn_spans(count, &e, PICK(scale));
}

void racnn_activate(const float *x, float *y, size_t count, int activation) {
  elementwise e = {.a = x, .y = y, .range = racnn_activation_range(activation)};
  racnn_spans(count, &e, PICK(activate));
}

void racnn_activation_gradient(const float *y, const float *dy, float *dx, size_t count,
                               int activation) {
  elementwise e = {.a = y, .b = dy, .y = dx, .range = racnn_activation_range(activation)};
  racnn_spans(count, &e, PICK(activation_gradient));
}

#else

// A loop over vectors and one over what is left, written out since the output may be one of the
// inputs, where the compiler's own vectorisation takes its scalar branch. The comparisons let NaN
// through, as PyTorch does.
#define ELEMENTWISE(name, expression)                                                 \
  static void TARGETED(name)(void *context, size_t begin, size_t end) {               \
    const elementwise e = *(const elementwise *)context;                              \
    size_t i = begin;                                                                 \
    for (; i + 16 <= end; i += 16) {                                                  \
      typedef float16 value;                                                          \
      *(value *)(e.y + i) = expression;                                               \
    }                                                                                 \
    for (; i < end; i++) {                                                            \
      typedef float value;                                                            \
      *(value *)(e.y + i) = expression;                                               \
    }                                                                                 \
  }

#define A (*(const value *)(e.a + i))
#define B (*(const value *)(e.b + i))
#define CLAMPED(x)                                                                    \
  ({                                                                                  \
    value clamped = x;                                                                \
    clamped = clamped < (value)e.range.low ? (value)e.range.low : clamped;            \
    clamped > (value)e.range.high ? (value)e.range.high : clamped;                    \
  })

ELEMENTWISE(add, CLAMPED(A + B))
ELEMENTWISE(scale, A *e.scale)
ELEMENTWISE(activate, CLAMPED(A))
ELEMENTWISE(activation_gradient,
            ((A > (value)e.range.low) & (A < (value)e.range.high)) ? B : (value)0)

// As bits, numbers that are none are above all others.
static void TARGETED(greatest_magnitude)(void *context, size_t begin, size_t end) {
  const elementwise *e = context;
  const uint32_t *bits = (const uint32_t *)e->a;
  uint32_t found = 0;
  for (size_t i = begin; i < end; i++) {
    uint32_t magnitude = bits[i] & 0x7fffffff;
    found = found > magnitude ? found : magnitude;
  }
  uint32_t before = *e->greatest;
  while (before < found && !atomic_compare_exchange_weak(e->greatest, &before, found)) continue;
}

#undef A
#undef B
#undef CLAMPED
#undef ELEMENTWISE

#endif
