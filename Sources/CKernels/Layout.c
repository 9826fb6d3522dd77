#ifndef TARGET

#include "Kernels.h"

typedef struct {
  const float *from;
  float *to;
  int channels, block;
  size_t area;
} layout;

#define FAMILY "Layout.c"
#include "ForEachTarget.h"

void racnn_to_blocked(const float *plain, float *blocked, int batch, int channels, int area,
                      int block) {
  if (block == 1) {
    memcpy(blocked, plain, (size_t)batch * channels * area * sizeof(float));
    return;
  }
  layout l = {plain, blocked, channels, block, (size_t)area};
  size_t groups = racnn_blocks(channels, block);
  size_t count = (size_t)batch * groups;
  if (count * (size_t)area * (size_t)block <= 32768) {
    PICK(to_blocked)(&l, 0, count);
  } else {
    racnn_ranges(count, &l, PICK(to_blocked));
  }
}

void racnn_to_plain(const float *blocked, float *plain, int batch, int channels, int area,
                    int block) {
  if (block == 1) {
    memcpy(plain, blocked, (size_t)batch * channels * area * sizeof(float));
    return;
  }
  layout l = {blocked, plain, channels, block, (size_t)area};
  size_t groups = racnn_blocks(channels, block);
  size_t count = (size_t)batch * groups;
  if (count * (size_t)area * (size_t)block <= 32768) {
    PICK(to_plain)(&l, 0, count);
  } else {
    racnn_ranges(count, &l, PICK(to_plain));
  }
}

#else

#include "Transpose.h"

// Each index is a block of channels of one image.
static void TARGETED(to_blocked)(void *context, size_t begin, size_t end) {
  const layout l = *(const layout *)context;
  size_t block = (size_t)l.block, groups = racnn_blocks(l.channels, l.block);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / groups, first = index % groups * block;
    size_t present = racnn_smaller(block, (size_t)l.channels - first);
    const float *from = l.from + (image * (size_t)l.channels + first) * l.area;
    float *to = l.to + index * l.area * block;
    size_t i = 0;
    for (; i + 8 <= l.area; i += 8) {
      for (size_t c = 0; c < block; c += 8) {
        float8 r[8];
        for (size_t k = 0; k < 8; k++) {
          r[k] = c + k < present ? *(const float8 *)(from + (c + k) * l.area + i) : (float8)0;
        }
        TARGETED(transpose8)(r);
        for (size_t k = 0; k < 8; k++) *(float8 *)(to + (i + k) * block + c) = r[k];
      }
    }
    for (; i < l.area; i++) {
      for (size_t c = 0; c < block; c++) {
        to[i * block + c] = c < present ? from[c * l.area + i] : 0;
      }
    }
  }
}

static void TARGETED(to_plain)(void *context, size_t begin, size_t end) {
  const layout l = *(const layout *)context;
  size_t block = (size_t)l.block, groups = racnn_blocks(l.channels, l.block);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / groups, first = index % groups * block;
    size_t present = racnn_smaller(block, (size_t)l.channels - first);
    const float *from = l.from + index * l.area * block;
    float *to = l.to + (image * (size_t)l.channels + first) * l.area;
    size_t i = 0;
    for (; i + 8 <= l.area; i += 8) {
      for (size_t c = 0; c < present; c += 8) {
        float8 r[8];
        for (size_t k = 0; k < 8; k++) r[k] = *(const float8 *)(from + (i + k) * block + c);
        TARGETED(transpose8)(r);
        size_t rows = racnn_smaller(8, present - c);
        for (size_t k = 0; k < rows; k++) *(float8 *)(to + (c + k) * l.area + i) = r[k];
      }
    }
    for (; i < l.area; i++) {
      for (size_t c = 0; c < present; c++) to[c * l.area + i] = from[i * block + c];
    }
  }
}

#endif
