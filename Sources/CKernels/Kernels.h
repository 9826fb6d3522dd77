#ifndef RACNN_KERNELS_H
#define RACNN_KERNELS_H

// What the kernels share: allocation, threads by range, and the choice of instruction set.

#include "CKernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Calls body(context, begin, end) on disjoint contiguous ranges that cover 0..<count, one a
/// thread, so that a thread sets up its scratch memory once.
void racnn_ranges(size_t count, void *context,
                  void (*body)(void *context, size_t begin, size_t end));

/// Like `racnn_ranges` over 0..<count floats, but splits only large counts, and at multiples of
/// 64 bytes: starting threads costs more than a small loop.
void racnn_spans(size_t count, void *context,
                 void (*body)(void *context, size_t begin, size_t end));

/// `count` floats aligned to 64 bytes, to be freed with free(); aborts when memory is exhausted.
float *racnn_floats(size_t count);
double *racnn_doubles(size_t count);
/// A copy of `count` bytes with one more behind them, for kernels that read pixels of three bytes as four; to be
/// freed with free().
uint8_t *racnn_bytes_and_one(const uint8_t *x, size_t count);

/// Filters of a depthwise convolution, [blocks][taps][block], zero beyond the last channel; `reversed` ones are
/// turned by 180 degrees. To be freed with free().
float *racnn_packed_filters(const racnn_depthwise *p, const float *weights, int reversed);

/// A bias, zero beyond the last channel; NULL stands for zeros. To be freed with free().
float *racnn_packed_bias(const float *bias, int channels, int block);

/// The closed range that an activation clamps to.
typedef struct {
  float low, high;
} racnn_range;

static inline racnn_range racnn_activation_range(int activation) {
  racnn_range range = {-INFINITY, INFINITY};
  if (activation != RACNN_ACTIVATION_NONE) range.low = 0;
  if (activation == RACNN_ACTIVATION_RELU6) range.high = 6;
  return range;
}

static inline size_t racnn_blocks(int channels, int block) {
  return ((size_t)channels + (size_t)block - 1) / (size_t)block;
}

static inline size_t racnn_smaller(size_t a, size_t b) { return a < b ? a : b; }
static inline int racnn_least(int a, int b) { return a < b ? a : b; }
static inline int racnn_most(int a, int b) { return a > b ? a : b; }

// A family's file compiles its loops once for each instruction set (and block): it includes
// ForEachTarget.h, which includes the file again with TARGET defined. So no compiler flag is
// needed, and the choice is made when running.

#define RACNN_JOIN2(a, b) a##_##b
#define RACNN_JOIN(a, b) RACNN_JOIN2(a, b)
/// The name of a function compiled for TARGET, and one compiled for TARGET and BLOCK.
#define TARGETED(name) RACNN_JOIN(name, TARGET)
#define BLOCKED(name) RACNN_JOIN(RACNN_JOIN(name, TARGET), BLOCK)

#if defined(__x86_64__)
/// 0: what every x86-64 has; 1: AVX2, FMA and F16C; 2: AVX-512.
int racnn_instruction_set(void);
#define PICK(name)                                                                    \
  (racnn_instruction_set() == 2   ? name##_avx512                                     \
   : racnn_instruction_set() == 1 ? name##_avx2                                       \
                                  : name##_baseline)
#define PICK_BLOCK(name, block)                                                       \
  (racnn_instruction_set() == 2                                                       \
       ? ((block) == 16 ? name##_avx512_16 : (block) == 8 ? name##_avx512_8 : name##_avx512_1) \
   : racnn_instruction_set() == 1                                                     \
       ? ((block) == 16 ? name##_avx2_16 : (block) == 8 ? name##_avx2_8 : name##_avx2_1)       \
       : ((block) == 16 ? name##_baseline_16                                          \
          : (block) == 8 ? name##_baseline_8                                          \
                         : name##_baseline_1))
#else
#define PICK(name) name##_baseline
#define PICK_BLOCK(name, block)                                                       \
  ((block) == 16 ? name##_baseline_16 : (block) == 8 ? name##_baseline_8 : name##_baseline_1)
#endif

#define INLINE static inline __attribute__((always_inline, unused))

// Vectors of the compiler's; where registers are narrower it splits them.
typedef float float4 __attribute__((ext_vector_type(4), aligned(4), may_alias));
typedef int32_t int4 __attribute__((ext_vector_type(4), aligned(4), may_alias));
typedef float float8 __attribute__((ext_vector_type(8), aligned(4), may_alias));
typedef float float16 __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef int32_t int8 __attribute__((ext_vector_type(8), aligned(4), may_alias));
typedef int32_t int16 __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef double double8 __attribute__((ext_vector_type(8), aligned(8), may_alias));
typedef double double16 __attribute__((ext_vector_type(16), aligned(8), may_alias));
typedef float float1;
typedef int32_t int1;
typedef double double1;

// Conversion between these; a block of one is a scalar.
#define CONVERT1(x, type) ((type)(x))
#define CONVERT8(x, type) __builtin_convertvector(x, type)
#define CONVERT16(x, type) __builtin_convertvector(x, type)

#endif
