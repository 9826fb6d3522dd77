#include "CMachine.h"

#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { ROUNDS = 2000000, TRIES = 5 };

// Twelve sums that do not wait for one another: as many as two units of a latency of 4 or 5 need.
#define PEAK(name, attribute, lanes)                                                     \
  attribute static float name(void) {                                                    \
    typedef float vector __attribute__((ext_vector_type(lanes)));                        \
    vector s[12], a = 0.999f, b = 1e-6f;                                                 \
    for (int k = 0; k < 12; k++) s[k] = (float)k;                                        \
    for (int i = 0; i < ROUNDS; i++) {                                                   \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < 12; k++) s[k] = s[k] * a + b; \
      __asm__ volatile("" : : "r"(i));                                                   \
    }                                                                                    \
    vector sum = 0;                                                                      \
    for (int k = 0; k < 12; k++) sum += s[k];                                            \
    return sum[0];                                                                       \
  }

PEAK(run_4, , 4)
#if defined(__x86_64__)
PEAK(run_8, __attribute__((target("avx2,fma"))), 8)
PEAK(run_16, __attribute__((target("avx512f"), min_vector_width(512))), 16)
#endif

double machine_peak(void) {
  float (*run)(void) = run_4;
  double lanes = 4, best = 1e30;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) run = run_8, lanes = 8;
  if (__builtin_cpu_supports("avx512f")) run = run_16, lanes = 16;
#endif
  for (int i = 0; i < TRIES; i++) {
    double start = now();
    volatile float used = run();
    (void)used;
    double seconds = now() - start;
    if (seconds < best) best = seconds;
  }
  return 2.0 * 12 * lanes * ROUNDS / best;
}

double machine_bandwidth(void) {
  size_t count = 32 << 20;
  float *a = malloc(count * sizeof(float)), *b = malloc(count * sizeof(float)),
        *c = malloc(count * sizeof(float));
  double best = 1e30;
  if (a != NULL && b != NULL && c != NULL) {
    for (size_t i = 0; i < count; i++) a[i] = b[i] = c[i] = (float)i;
    for (int try = 0; try < TRIES; try++) {
      double start = now();
      for (size_t i = 0; i < count; i++) a[i] = b[i] + 0.5f * c[i];
      __asm__ volatile("" : : "r"(a) : "memory");
      double seconds = now() - start;
      if (seconds < best) best = seconds;
    }
  }
  free(a);
  free(b);
  free(c);
  return 3.0 * sizeof(float) * (double)count / best;
}
