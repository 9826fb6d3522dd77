#ifndef TARGET

// Depthwise convolutions. All three directions are spread over images and blocks of channels, and
// go through a map row by row. The input's rows are copied into a ring of rows that have their
// padding beside them, which stays in the first cache: so that no loop has a special case at
// the borders, however small the map.
//
// Measured on an AVX-512 core, one thread, batch 8, blocks of 16, in GFLOP/s (its peak is near 118);
// beside each, oneDNN 2.6. Maps of 112 and 56 are bound by memory (10 to 17 GB/s).
//
//   channels, map, filter/stride   forward     to the data   to the weights
//   32, 112, 3/1                   26   34     26   30        21   21
//   96, 112, 3/2                   11   12     12    7         9    9
//   144, 56, 3/1                   36   31     36   24        23   18
//   144, 56, 5/2                   27   29     41   24        24    0.1
//   240, 28, 5/1                   98   58     96   40        70    0.1
//   240, 28, 3/2                   44   58     56   30        32   73
//   480, 14, 3/1                   82   75     81   58        78  119
//   480, 14, 5/1                  102   78    101   61        97    0.1
//   672, 14, 5/2                   71   79     73   31        67    0.1
//   1152, 7, 5/1                  100   82     97   44        90    0.1
//   1152, 7, 3/1                   70   69     69   39        71   98

#include "Kernels.h"

typedef struct {
  const float *values;  // NULL: everything counts
  racnn_range open;
} mask;

typedef struct {
  racnn_depthwise p;
  const float *x, *dy;
  const float *taps;  // [blocks][taps][block]
  const float *bias;  // [blocks][block]
  float *y;
  // Of the gradient to the weights, of parts of the batch. The last tap's is the bias's.
  float *partial;  // [parts][blocks][taps + 1][block]
  racnn_range range;
  // dy and what becomes of it count where these lie in the open ranges.
  mask before, after;
  size_t groups, parts;
} depthwise;

static size_t taps(const racnn_depthwise *p) {
  return (size_t)p->kernelHeight * (size_t)p->kernelWidth;
}

#define FAMILY "Depthwise.c"
#define FOR_EACH_BLOCK
#include "ForEachTarget.h"

// Weights with the channels innermost, zero beyond the last; reversed for the data gradient, which
// is a convolution of the output's gradient by the reversed filter.
float *racnn_packed_filters(const racnn_depthwise *p, const float *weights, int reversed) {
  size_t block = (size_t)p->block, groups = racnn_blocks(p->channels, p->block), n = taps(p);
  float *result = racnn_floats(groups * n * block);
  for (size_t c = 0; c < groups * block; c++) {
    float *to = result + c / block * n * block + c % block;
    for (size_t t = 0; t < n; t++) {
      size_t from = reversed ? n - 1 - t : t;
      to[t * block] = c < (size_t)p->channels ? weights[c * n + from] : 0;
    }
  }
  return result;
}

float *racnn_packed_bias(const float *bias, int channels, int block) {
  size_t count = racnn_blocks(channels, block) * (size_t)block;
  float *result = racnn_floats(count);
  memset(result, 0, count * sizeof(float));
  if (bias != NULL) memcpy(result, bias, (size_t)channels * sizeof(float));
  return result;
}

void racnn_depthwise_forward(const racnn_depthwise *p, const float *x, const float *weights,
                             const float *bias, int activation, float *y) {
  size_t groups = racnn_blocks(p->channels, p->block);
  float *filters = racnn_packed_filters(p, weights, 0), *shifts = racnn_packed_bias(bias, p->channels, p->block);
  depthwise l = {.p = *p, .x = x, .taps = filters, .bias = shifts, .y = y,
                 .range = racnn_activation_range(activation), .groups = groups};
  racnn_ranges((size_t)p->batch * groups, &l, PICK_BLOCK(correlate, p->block));
  free(filters);
  free(shifts);
}

static mask mask_of(racnn_activated y) {
  return (mask){y.output, racnn_activation_range(y.activation)};
}

void racnn_depthwise_data_gradient(const racnn_depthwise *p, const float *dy, racnn_activated y,
                                   const float *weights, racnn_activated x, float *dx) {
  size_t groups = racnn_blocks(p->channels, p->block);
  float *filters = racnn_packed_filters(p, weights, p->stride == 1);
  depthwise l = {.p = *p, .dy = dy, .taps = filters, .y = dx, .groups = groups,
                 .range = racnn_activation_range(RACNN_ACTIVATION_NONE),
                 .before = mask_of(y), .after = mask_of(x)};
  if (p->stride == 1) {
    float *shifts = racnn_packed_bias(NULL, p->channels, p->block);
    l.x = dy;
    l.bias = shifts;
    l.p.height = p->outHeight;
    l.p.width = p->outWidth;
    l.p.outHeight = p->height;
    l.p.outWidth = p->width;
    l.p.top = (p->kernelHeight - 1) * p->dilation - p->top;
    l.p.left = (p->kernelWidth - 1) * p->dilation - p->left;
    racnn_ranges((size_t)p->batch * groups, &l, PICK_BLOCK(correlate, p->block));
    free(shifts);
  } else {
    racnn_ranges((size_t)p->batch * groups, &l, PICK_BLOCK(spread, p->block));
  }
  free(filters);
}

void racnn_depthwise_weights_gradient(const racnn_depthwise *p, const float *x, const float *dy,
                                      racnn_activated y, float *dweights, float *dbias) {
  size_t block = (size_t)p->block, groups = racnn_blocks(p->channels, p->block), n = taps(p);
  // As few parts as give 64 threads work, whatever their real number is: the result does not depend
  // on it, and partial sums stay small.
  size_t parts = racnn_smaller((size_t)p->batch, (64 + groups - 1) / groups);
  float *partial = racnn_floats(parts * groups * (n + 1) * block);
  depthwise l = {.p = *p, .x = x, .dy = dy, .before = mask_of(y), .partial = partial,
                 .groups = groups, .parts = parts};
  racnn_ranges(parts * groups, &l, PICK_BLOCK(weigh, p->block));
  racnn_spans(groups * (n + 1) * block, &l, PICK_BLOCK(collect, p->block));
  for (size_t c = 0; c < (size_t)p->channels; c++) {
    const float *from = partial + c / block * (n + 1) * block + c % block;
    for (size_t t = 0; t < n; t++) dweights[c * n + t] = from[t * block];
    if (dbias != NULL) dbias[c] = from[n * block];
  }
  free(partial);
}

#else

#include "DepthwiseRows.h"

// Copies what counts, zeros for all else; `place` is the first element's in the mask.
INLINE void BLOCKED(pass)(VECTOR *to, const VECTOR *from, const mask *m, size_t place,
                          size_t count) {
  const VECTOR *values = (const VECTOR *)m->values + place;
  VECTOR low = (VECTOR)m->open.low, high = (VECTOR)m->open.high;
  for (size_t i = 0; i < count; i++) {
    to[i] = ((values[i] > low) & (values[i] < high)) ? from[i] : (VECTOR)0;
  }
}

// The mask of the map that begins at `place`.
INLINE mask BLOCKED(mask_from)(mask m, size_t place) {
  if (m.values) m.values += place * BLOCK;
  return m;
}

// The ring: rows of the input with zeros beside them.
typedef struct {
  const VECTOR *x;
  mask mask;
  VECTOR *memory;  // `slots` rows and one of zeros
  size_t slots, pitch;
  int height, width, left, padded, next;
} BLOCKED(ring);

static BLOCKED(ring) BLOCKED(make_ring)(int height, int width, int left, int padded, int slots) {
  // An odd pitch, so that the rows' columns do not compete for the same cache lines.
  size_t pitch = (size_t)racnn_most(padded, 1) | 1;
  size_t floats = ((size_t)slots + 1) * pitch * BLOCK;
  float *memory = racnn_floats(floats);
  memset(memory, 0, floats * sizeof(float));
  return (BLOCKED(ring)){.memory = (VECTOR *)memory, .slots = (size_t)slots, .pitch = pitch,
                         .height = height, .width = width, .left = left, .padded = padded};
}

// Makes rows first...last available, where rows come in rising order.
INLINE void BLOCKED(advance)(BLOCKED(ring) *ring, int first, int last) {
  int row = racnn_most(racnn_most(first, 0), ring->next), end = racnn_least(last + 1, ring->height);
  int begin = racnn_most(0, ring->left), stop = racnn_least(ring->padded, ring->left + ring->width);
  for (; row < end; row++) {
    if (begin >= stop) continue;
    VECTOR *to = ring->memory + (size_t)row % ring->slots * ring->pitch + begin;
    size_t place = (size_t)row * (size_t)ring->width + (size_t)(begin - ring->left);
    size_t count = (size_t)(stop - begin);
    const VECTOR *from = ring->x + place;
    if (ring->mask.values) BLOCKED(pass)(to, from, &ring->mask, place, count);
    else for (size_t i = 0; i < count; i++) to[i] = from[i];
  }
  ring->next = racnn_most(ring->next, row);
}

INLINE const VECTOR *BLOCKED(ring_row)(const BLOCKED(ring) *ring, int row) {
  size_t slot = row < 0 || row >= ring->height ? ring->slots : (size_t)row % ring->slots;
  return ring->memory + slot * ring->pitch;
}

static void BLOCKED(correlate)(void *context, size_t begin, size_t end) {
  const depthwise *l = context;
  const racnn_depthwise *p = &l->p;
  int reach = (p->kernelHeight - 1) * p->dilation;
  int padded = (p->outWidth - 1) * p->stride + (p->kernelWidth - 1) * p->dilation + 1;
  BLOCKED(ring) ring = BLOCKED(make_ring)(p->height, p->width, p->left, padded, reach + 1);
  const VECTOR **rows = malloc((size_t)p->kernelHeight * sizeof(VECTOR *));
  for (size_t index = begin; index < end; index++) {
    const VECTOR *filter = (const VECTOR *)l->taps + index % l->groups * taps(p);
    const VECTOR *bias = (const VECTOR *)l->bias + index % l->groups;
    size_t map = index * (size_t)p->height * (size_t)p->width;
    ring.x = (const VECTOR *)l->x + map;
    ring.mask = BLOCKED(mask_from)(l->before, map);
    ring.next = 0;
    size_t place = index * (size_t)p->outHeight * (size_t)p->outWidth;
    VECTOR *y = (VECTOR *)l->y + place;
    for (int i = 0; i < p->outHeight; i++, y += p->outWidth, place += (size_t)p->outWidth) {
      int first = i * p->stride - p->top;
      BLOCKED(advance)(&ring, first, first + reach);
      for (int r = 0; r < p->kernelHeight; r++) {
        rows[r] = BLOCKED(ring_row)(&ring, first + r * p->dilation);
      }
      BLOCKED(filter_row)(p, rows, filter, bias, y, l->range);
      if (l->after.values) BLOCKED(pass)(y, y, &l->after, place, (size_t)p->outWidth);
    }
  }
  free(rows);
  free(ring.memory);
}

#include "DepthwiseGradients.h"

#undef TILE
#undef UNROLLED
#undef SIZE

#endif
