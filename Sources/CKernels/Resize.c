#ifndef TARGET

// The two passes of resizing a picture (see Images' resized), in Pillow's arithmetic: sums of 8-bit samples
// times weights of 22 bits, rounded to 8 bits after each pass.
//
// Measured, one thread, from 500 x 375 pixels to 683 x 512: rows 0.60 ms with AVX-512, 0.60 with AVX2, 1.1 with
// neither, columns 0.16, 0.31 and 1.0; from 4000 x 3000, rows 16, 16 and 34 ms, columns 1.6, 2.0 and 5.3. In vectors
// of four, written in Swift, both took 12 % of the first epoch of one network of 128 pixels (cub20, two threads, by
// perf), and take 5 % so; later epochs find the photos resized.

#include "Kernels.h"

enum { CHANNELS = 3, BITS = RACNN_RESIZE_BITS };

typedef uint8_t byte_4 __attribute__((ext_vector_type(4), aligned(1), may_alias));
typedef uint8_t byte_8 __attribute__((ext_vector_type(8), aligned(1), may_alias));
typedef uint8_t byte_16 __attribute__((ext_vector_type(16), aligned(1), may_alias));

#define FAMILY "Resize.c"
#include "ForEachTarget.h"

void racnn_resize_rows(const racnn_window *windows, const int32_t *weights, const uint8_t *x, int width, int rows,
                       uint8_t *y, int newWidth) {
  PICK(resize_rows)(windows, weights, x, (size_t)width, (size_t)rows, y, (size_t)newWidth);
}

void racnn_resize_columns(const racnn_window *windows, const int32_t *weights, const uint8_t *x, int width,
                          uint8_t *y, int newHeight) {
  PICK(resize_columns)(windows, weights, x, CHANNELS * (size_t)width, y, (size_t)newHeight);
}

#else

#include "VectorMath.h"

#define BYTES RACNN_JOIN(byte, LANES)

/// A row of pixels; a byte is read after the last one's.
INLINE void TARGETED(resize_row)(const racnn_window *windows, const int32_t *weights, const uint8_t *x, uint8_t *y,
                                 size_t newWidth) {
  for (size_t i = 0; i < newWidth; i++) {
    const racnn_window w = windows[i];
    const uint8_t *from = x + CHANNELS * (size_t)w.start;
    int4 sum = 1 << (BITS - 1);
    for (int k = 0; k < w.count; k++)
      sum += __builtin_convertvector(*(const byte_4 *)(from + CHANNELS * k), int4) * weights[w.offset + k];
    // The weights are not negative and their sum is 1, so that nothing needs clipping, except where their
    // rounding adds up.
    sum >>= BITS;
    byte_4 pixel = __builtin_convertvector(sum > 255 ? (int4)255 : sum, byte_4);
    // The fourth byte is overwritten by the next pixel.
    if (i + 1 < newWidth) *(byte_4 *)(y + CHANNELS * i) = pixel;
    else
      for (size_t c = 0; c < CHANNELS; c++) y[CHANNELS * i + c] = pixel[c];
  }
}

static void TARGETED(resize_rows)(const racnn_window *windows, const int32_t *weights, const uint8_t *x,
                                  size_t width, size_t rows, uint8_t *y, size_t newWidth) {
  for (size_t row = 0; row + 1 < rows; row++)
    TARGETED(resize_row)(windows, weights, x + row * CHANNELS * width, y + row * CHANNELS * newWidth, newWidth);
  if (rows == 0) return;
  uint8_t *last = racnn_bytes_and_one(x + (rows - 1) * CHANNELS * width, CHANNELS * width);
  TARGETED(resize_row)(windows, weights, last, y + (rows - 1) * CHANNELS * newWidth, newWidth);
  free(last);
}

/// Samples x..<x + LANES of a row of the result.
INLINE BYTES TARGETED(weighted)(racnn_window w, const int32_t *weights, const uint8_t *x, size_t pitch) {
  INTEGERS sum = 1 << (BITS - 1);
  for (int k = 0; k < w.count; k++)
    sum += __builtin_convertvector(*(const BYTES *)(x + (size_t)k * pitch), INTEGERS) * weights[w.offset + k];
  sum >>= BITS;
  return __builtin_convertvector(sum > 255 ? (INTEGERS)255 : sum, BYTES);
}

static void TARGETED(resize_columns)(const racnn_window *windows, const int32_t *weights, const uint8_t *x,
                                     size_t pitch, uint8_t *y, size_t newHeight) {
  for (size_t i = 0; i < newHeight; i++, y += pitch) {
    const racnn_window w = windows[i];
    const uint8_t *from = x + (size_t)w.start * pitch;
    size_t j = 0;
    for (; j + LANES <= pitch; j += LANES) *(BYTES *)(y + j) = TARGETED(weighted)(w, weights, from + j, pitch);
    for (; j < pitch; j++) {
      int sum = 1 << (BITS - 1);
      for (int k = 0; k < w.count; k++) sum += from[j + (size_t)k * pitch] * weights[w.offset + k];
      y[j] = (uint8_t)racnn_least(sum >> BITS, 255);
    }
  }
}

#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED
#undef BYTES

#endif
