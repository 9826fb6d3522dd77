#ifndef TARGET

#include "Kernels.h"

typedef struct {
  const float *x, *dy;
  float *y;
  double *partial;
  int batch, channels, countsPadding;
  size_t area;
  racnn_pool p;
} pooling;

#define FAMILY "Pooling.c"
#define FOR_EACH_BLOCK
#include "ForEachTarget.h"

// Every kernel below is spread over images and blocks of channels.
static size_t units(int batch, int channels, int block) {
  return (size_t)batch * racnn_blocks(channels, block);
}

void racnn_global_average(const float *x, float *y, int batch, int channels, int area, int block) {
  pooling l = {.x = x, .y = y, .batch = batch, .channels = channels, .area = (size_t)area};
  racnn_ranges(units(batch, channels, block), &l, PICK_BLOCK(global_average, block));
}

void racnn_global_average_gradient(const float *dy, float *dx, int batch, int channels, int area,
                                   int block) {
  pooling l = {.dy = dy, .y = dx, .batch = batch, .channels = channels, .area = (size_t)area};
  racnn_ranges(units(batch, channels, block), &l, PICK_BLOCK(global_average_gradient, block));
}

void racnn_channel_sums(const float *x, float *sums, int batch, int channels, int area, int block) {
  size_t lanes = racnn_blocks(channels, block) * (size_t)block;
  double *partial = racnn_doubles((size_t)batch * lanes);
  pooling l = {.x = x, .partial = partial, .batch = batch, .channels = channels,
               .area = (size_t)area};
  racnn_ranges(units(batch, channels, block), &l, PICK_BLOCK(sums, block));
  for (int c = 0; c < channels; c++) {
    double sum = 0;
    for (int n = 0; n < batch; n++) sum += partial[(size_t)n * lanes + (size_t)c];
    sums[c] = (float)sum;
  }
  free(partial);
}

void racnn_max_pool(const racnn_pool *p, const float *x, float *y) {
  pooling l = {.x = x, .y = y, .p = *p};
  racnn_ranges(units(p->batch, p->channels, p->block), &l, PICK_BLOCK(max_pool, p->block));
}

void racnn_max_pool_gradient(const racnn_pool *p, const float *x, const float *dy, float *dx) {
  pooling l = {.x = x, .dy = dy, .y = dx, .p = *p};
  racnn_ranges(units(p->batch, p->channels, p->block), &l, PICK_BLOCK(max_pool_gradient, p->block));
}

void racnn_average_pool(const racnn_pool *p, int countsPadding, const float *x, float *y) {
  pooling l = {.x = x, .y = y, .countsPadding = countsPadding, .p = *p};
  racnn_ranges(units(p->batch, p->channels, p->block), &l, PICK_BLOCK(average_pool, p->block));
}

void racnn_average_pool_gradient(const racnn_pool *p, int countsPadding, const float *dy,
                                 float *dx) {
  pooling l = {.dy = dy, .y = dx, .countsPadding = countsPadding, .p = *p};
  racnn_ranges(units(p->batch, p->channels, p->block), &l,
               PICK_BLOCK(average_pool_gradient, p->block));
}

#else

// The sum of `count` vectors of lanes, 256 steps in float at a time and those in double: as exact
// as a tree of sums, at the speed of a plain one. (Vectors are handed over in memory, since their
// calling convention depends on the instruction set.)
INLINE void BLOCKED(total)(const float *x, size_t count, DOUBLES *result) {
  DOUBLES sum = 0;
#if BLOCK == 1
  // Contiguous numbers of one channel: across 16 lanes.
  typedef float16 step;
  size_t steps = count / 16;
#else
  typedef VECTOR step;
  size_t steps = count;
#endif
  const step *v = (const step *)x;
  for (size_t i = 0; i < steps;) {
    size_t end = racnn_smaller(steps, i + 256);
    step s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (; i + 4 <= end; i += 4) {
      s0 += v[i];
      s1 += v[i + 1];
      s2 += v[i + 2];
      s3 += v[i + 3];
    }
    for (; i < end; i++) s0 += v[i];
    s0 = (s0 + s1) + (s2 + s3);
#if BLOCK == 1
    for (int k = 0; k < 16; k++) sum += s0[k];
#else
    sum += CONVERT(s0, DOUBLES);
#endif
  }
#if BLOCK == 1
  for (size_t i = steps * 16; i < count; i++) sum += x[i];
#endif
  *result = sum;
}

static void BLOCKED(global_average)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  size_t groups = racnn_blocks(l.channels, BLOCK);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / groups, first = index % groups * BLOCK;
    DOUBLES sum;
    BLOCKED(total)(l.x + index * l.area * BLOCK, l.area, &sum);
    VECTOR mean = CONVERT(sum / (double)l.area, VECTOR);
    memcpy(l.y + image * (size_t)l.channels + first, &mean,
           racnn_smaller(BLOCK, (size_t)l.channels - first) * sizeof(float));
  }
}

static void BLOCKED(global_average_gradient)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  size_t groups = racnn_blocks(l.channels, BLOCK);
  for (size_t index = begin; index < end; index++) {
    size_t image = index / groups, first = index % groups * BLOCK;
    VECTOR share = 0;
    memcpy(&share, l.dy + image * (size_t)l.channels + first,
           racnn_smaller(BLOCK, (size_t)l.channels - first) * sizeof(float));
    share = share / (float)l.area;
    VECTOR *dx = (VECTOR *)(l.y + index * l.area * BLOCK);
    for (size_t i = 0; i < l.area; i++) dx[i] = share;
  }
}

static void BLOCKED(sums)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  for (size_t index = begin; index < end; index++) {
    // Units are numbered as the lanes of the partial sums are: image, then block.
    BLOCKED(total)(l.x + index * l.area * BLOCK, l.area, (DOUBLES *)(l.partial + index * BLOCK));
  }
}

// The part of a window that lies in the map: rows or columns begin..<end of the input.
#define WINDOW(name, o, padding, size)                                                \
  const int name##Begin = racnn_most(0, (o) * p.stride - (padding)),                  \
            name##End = racnn_least(size, (o) * p.stride - (padding) + p.window)

static void BLOCKED(max_pool)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  const racnn_pool p = l.p;
  for (size_t index = begin; index < end; index++) {
    const VECTOR *x = (const VECTOR *)l.x + index * (size_t)p.height * (size_t)p.width;
    VECTOR *y = (VECTOR *)l.y + index * (size_t)p.outHeight * (size_t)p.outWidth;
    for (int i = 0; i < p.outHeight; i++) {
      WINDOW(row, i, p.top, p.height);
      for (int j = 0; j < p.outWidth; j++) {
        WINDOW(column, j, p.left, p.width);
        VECTOR best = -INFINITY;
        for (int r = rowBegin; r < rowEnd; r++) {
          for (int c = columnBegin; c < columnEnd; c++) {
            VECTOR v = x[(size_t)r * (size_t)p.width + (size_t)c];
            best = v <= best ? best : v;  // so written, NaN wins, as in PyTorch
          }
        }
        *y++ = best;
      }
    }
  }
}

static void BLOCKED(max_pool_gradient)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  const racnn_pool p = l.p;
  for (size_t index = begin; index < end; index++) {
    size_t area = (size_t)p.height * (size_t)p.width;
    const VECTOR *x = (const VECTOR *)l.x + index * area;
    const VECTOR *dy = (const VECTOR *)l.dy + index * (size_t)p.outHeight * (size_t)p.outWidth;
    VECTOR *dx = (VECTOR *)l.y + index * area;
    for (size_t i = 0; i < area; i++) dx[i] = 0;
    for (int i = 0; i < p.outHeight; i++) {
      WINDOW(row, i, p.top, p.height);
      for (int j = 0; j < p.outWidth; j++) {
        WINDOW(column, j, p.left, p.width);
        VECTOR best = -INFINITY, gradient = *dy++;
        INTEGERS winner = 0;  // each lane's place in the window; the first if all are -infinity
        int place = 0;
        for (int r = rowBegin; r < rowEnd; r++) {
          for (int c = columnBegin; c < columnEnd; c++, place++) {
            VECTOR v = x[(size_t)r * (size_t)p.width + (size_t)c];
            INTEGERS stays = v <= best;
            winner = stays ? winner : (INTEGERS)place;
            best = stays ? best : v;
          }
        }
        place = 0;
        for (int r = rowBegin; r < rowEnd; r++) {
          for (int c = columnBegin; c < columnEnd; c++, place++) {
            VECTOR *cell = &dx[(size_t)r * (size_t)p.width + (size_t)c];
            *cell += (winner == (INTEGERS)place) ? gradient : (VECTOR)0;
          }
        }
      }
    }
  }
}

// Cells of the window beyond the map are all padding (there is no ceiling mode), so that the
// divisor is either the whole window or what lies in the map.
#define DIVISOR                                                                       \
  (float)(l.countsPadding ? p.window * p.window                                       \
                          : racnn_most(1, (rowEnd - rowBegin) * (columnEnd - columnBegin)))

static void BLOCKED(average_pool)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  const racnn_pool p = l.p;
  for (size_t index = begin; index < end; index++) {
    const VECTOR *x = (const VECTOR *)l.x + index * (size_t)p.height * (size_t)p.width;
    VECTOR *y = (VECTOR *)l.y + index * (size_t)p.outHeight * (size_t)p.outWidth;
    for (int i = 0; i < p.outHeight; i++) {
      WINDOW(row, i, p.top, p.height);
      for (int j = 0; j < p.outWidth; j++) {
        WINDOW(column, j, p.left, p.width);
        VECTOR sum = 0;
        for (int r = rowBegin; r < rowEnd; r++) {
          for (int c = columnBegin; c < columnEnd; c++) {
            sum += x[(size_t)r * (size_t)p.width + (size_t)c];
          }
        }
        *y++ = sum / DIVISOR;
      }
    }
  }
}

static void BLOCKED(average_pool_gradient)(void *context, size_t begin, size_t end) {
  const pooling l = *(const pooling *)context;
  const racnn_pool p = l.p;
  for (size_t index = begin; index < end; index++) {
    size_t area = (size_t)p.height * (size_t)p.width;
    const VECTOR *dy = (const VECTOR *)l.dy + index * (size_t)p.outHeight * (size_t)p.outWidth;
    VECTOR *dx = (VECTOR *)l.y + index * area;
    for (size_t i = 0; i < area; i++) dx[i] = 0;
    for (int i = 0; i < p.outHeight; i++) {
      WINDOW(row, i, p.top, p.height);
      for (int j = 0; j < p.outWidth; j++) {
        WINDOW(column, j, p.left, p.width);
        VECTOR share = *dy++ / DIVISOR;
        for (int r = rowBegin; r < rowEnd; r++) {
          for (int c = columnBegin; c < columnEnd; c++) {
            dx[(size_t)r * (size_t)p.width + (size_t)c] += share;
          }
        }
      }
    }
  }
}

#undef WINDOW
#undef DIVISOR

#endif
