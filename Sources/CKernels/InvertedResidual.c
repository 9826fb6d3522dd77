#ifndef TARGET

// The inverted residual of MobileNetV2 (Sandler et al., CVPR 2018): a convolution of 1x1 to several
// times the channels, a depthwise one among them, and one of 1x1 back, without gradients. By one
// after another the expanded map is written to memory and read twice, which takes longer than all
// the sums where it is large. Here a strip of rows goes through all three: the few expanded rows
// that a row of outputs depends on lie in a ring, which stays in the second cache.
//
// Measured on an AVX-512 core, four photos, in milliseconds, the least of three, one after another
// (with oneDNN's convolutions of 1x1) and so:
//
//   channels         map, filter/stride   after another   at once
//   32, 16           224, 3/1              9.4             5.6
//                    112, 3/1              1.5             1.6
//   16, 96, 24       224, 3/2             14.8             8.5
//   24, 144, 24      112, 3/1             12.9             7.1
//                     56, 3/1              2.7             2.0
//   24, 144, 40      112, 5/2              7.6             4.7
//   40, 240, 40       56, 5/1              6.5             6.5
//   80, 480, 80       28, 3/1              4.5             5.1
//   112, 672, 112     28, 5/1              7.7             9.9
//
// Both ways gave the same bits there on maps of 57 to 113 with up to 144 channels; not with 500, whose
// sum oneDNN takes in another order.

#include "Kernels.h"

typedef struct {
  racnn_inverted_residual p;
  const float *x, *added;
  float *y;
  // [blocks of outputs][inputs][block], or NULL; [blocks][taps][block].
  const float *expand, *filters, *project;
  const float *expandBias, *depthwiseBias, *projectBias;  // [blocks][block]
  racnn_range expandRange, depthwiseRange, range;
  size_t inBlocks, blocks, outBlocks;
  size_t strips;  // A picture's.
} inverted_residual;

/// Rows of outputs in a strip, at least: as many expanded rows as the filter reaches beyond it are
/// made twice.
enum { STRIP = 28 };

#define FAMILY "InvertedResidual.c"
#define FOR_EACH_BLOCK
#include "ForEachTarget.h"

// A matrix [outputs][inputs] to [blocks of outputs][inputs][block].
static float *packed_matrix(const float *weights, int outputs, int inputs, int block) {
  size_t columns = (size_t)inputs, b = (size_t)block, count = racnn_blocks(outputs, block) * b;
  float *result = racnn_floats(count * columns);
  for (size_t o = 0; o < count; o++) {
    float *to = result + o / b * columns * b + o % b;
    for (size_t c = 0; c < columns; c++) {
      to[c * b] = o < (size_t)outputs ? weights[o * columns + c] : 0;
    }
  }
  return result;
}

void racnn_inverted_residual_forward(const racnn_inverted_residual *p, const float *x, racnn_filters expand,
                                     racnn_filters depthwise, racnn_filters project, const float *added, float *y) {
  const racnn_depthwise *d = &p->depthwise;
  int block = d->block;
  float *expanding = expand.weights != NULL ? packed_matrix(expand.weights, d->channels, p->inputs, block) : NULL;
  float *filters = racnn_packed_filters(d, depthwise.weights, 0);
  float *projecting = packed_matrix(project.weights, p->outputs, d->channels, block);
  float *biases[] = {racnn_packed_bias(expand.bias, d->channels, block),
                     racnn_packed_bias(depthwise.bias, d->channels, block),
                     racnn_packed_bias(project.bias, p->outputs, block)};
  inverted_residual l = {
      .p = *p, .x = x, .added = added, .y = y,
      .expand = expanding, .filters = filters, .project = projecting,
      .expandBias = biases[0], .depthwiseBias = biases[1], .projectBias = biases[2],
      .expandRange = racnn_activation_range(p->expandActivation),
      .depthwiseRange = racnn_activation_range(p->depthwiseActivation),
      .range = racnn_activation_range(p->activation),
      .inBlocks = racnn_blocks(p->inputs, block), .blocks = racnn_blocks(d->channels, block),
      .outBlocks = racnn_blocks(p->outputs, block),
      .strips = (size_t)racnn_most(d->outHeight / STRIP, 1)};
  racnn_ranges((size_t)d->batch * l.strips, &l, PICK_BLOCK(take_strips, block));
  free(expanding);
  free(filters);
  free(projecting);
  for (int i = 0; i < 3; i++) free(biases[i]);
}

#else

#include "DepthwiseRows.h"

// How many pixels and blocks of outputs have their sums in registers at once.
#if defined(TARGET_HAS_32_REGISTERS) && BLOCK > 1
#define PIXELS 8
#else
#define PIXELS 4
#endif
#define SIDE_BY_SIDE 3

// A product with a matrix at each of some pixels: of `inputs` channels, whose blocks lie `pitch` vectors apart.
typedef struct {
  const VECTOR *x;
  size_t pitch, inputs;
  const VECTOR *weights, *bias;
  VECTOR *y;
  size_t outPitch;
  const VECTOR *added;  // Lies as y, or is NULL.
  size_t addedPitch;
  racnn_range range;
} BLOCKED(product);

INLINE void BLOCKED(pixels)(const BLOCKED(product) *p, size_t at, size_t block, const int pixels,
                            const int blocks) {
  VECTOR sums[SIDE_BY_SIDE][PIXELS];
  const VECTOR *w = p->weights + block * p->inputs;
  UNROLLED for (int b = 0; b < blocks; b++) {
    UNROLLED for (int i = 0; i < pixels; i++) sums[b][i] = p->bias[block + (size_t)b];
  }
  const float *x = (const float *)(p->x + at);
  for (size_t first = 0; first < p->inputs; first += BLOCK, x += p->pitch * BLOCK) {
    size_t count = racnn_smaller(BLOCK, p->inputs - first);
    for (size_t c = 0; c < count; c++, w++) {
      VECTOR row[SIDE_BY_SIDE];
      UNROLLED for (int b = 0; b < blocks; b++) row[b] = w[(size_t)b * p->inputs];
      UNROLLED for (int i = 0; i < pixels; i++) {
        VECTOR value = (VECTOR)x[(size_t)i * BLOCK + c];
        UNROLLED for (int b = 0; b < blocks; b++) sums[b][i] += value * row[b];
      }
    }
  }
  UNROLLED for (int b = 0; b < blocks; b++) {
    VECTOR *y = p->y + (block + (size_t)b) * p->outPitch + at;
    const VECTOR *added =
        p->added ? p->added + (block + (size_t)b) * p->addedPitch + at : NULL;
    UNROLLED for (int i = 0; i < pixels; i++) {
      VECTOR v = sums[b][i];
      if (added) v += added[i];
      v = v < (VECTOR)p->range.low ? (VECTOR)p->range.low : v;
      y[i] = v > (VECTOR)p->range.high ? (VECTOR)p->range.high : v;
    }
  }
}

// Of a row of pixels, all blocks of outputs.
static void BLOCKED(multiply)(const BLOCKED(product) *p, size_t width, size_t blocks) {
  for (size_t b = 0; b < blocks; b += SIDE_BY_SIDE) {
    size_t side = racnn_smaller(SIDE_BY_SIDE, blocks - b), at = 0;
    switch (side) {
#define SIDE_CASE(n)                                                                       \
  case n:                                                                                  \
    for (; at + PIXELS <= width; at += PIXELS) BLOCKED(pixels)(p, at, b, PIXELS, n);       \
    for (; at < width; at++) BLOCKED(pixels)(p, at, b, 1, n);                              \
    break;
      SIDE_CASE(1) SIDE_CASE(2) SIDE_CASE(3)
#undef SIDE_CASE
      default: break;
    }
  }
}

// `begin` to `end` count strips of pictures.
static void BLOCKED(take_strips)(void *context, size_t begin, size_t end) {
  const inverted_residual *l = context;
  const racnn_depthwise *d = &l->p.depthwise;
  size_t width = (size_t)d->width, outWidth = (size_t)d->outWidth, slots = (size_t)d->kernelHeight;
  size_t area = (size_t)d->height * width, outArea = (size_t)d->outHeight * outWidth;
  // A row of the ring has zeros at both ends for what the filter reads there.
  size_t left = (size_t)racnn_most(d->left, 0);
  size_t reach = (outWidth - 1) * (size_t)d->stride + (size_t)d->kernelWidth;
  size_t pitch = (reach > left + width ? reach : left + width) | 1;
  // [slots][blocks][pitch], a row of zeros, and a row of the depthwise outputs [blocks][outWidth].
  size_t expanded = slots * l->blocks * pitch;
  float *memory = racnn_floats((expanded + pitch + l->blocks * outWidth) * BLOCK);
  memset(memory, 0, (expanded + pitch) * BLOCK * sizeof(float));
  VECTOR *ring = (VECTOR *)memory, *zeros = ring + expanded, *filtered = zeros + pitch;
  const VECTOR **rows = malloc(slots * sizeof(VECTOR *));
  BLOCKED(product) expand = {
      .pitch = area, .inputs = (size_t)l->p.inputs, .weights = (const VECTOR *)l->expand,
      .bias = (const VECTOR *)l->expandBias, .outPitch = pitch, .range = l->expandRange};
  BLOCKED(product) project = {
      .x = filtered, .pitch = outWidth, .inputs = (size_t)d->channels,
      .weights = (const VECTOR *)l->project, .bias = (const VECTOR *)l->projectBias,
      .outPitch = outArea, .addedPitch = outArea, .range = l->range};
  for (size_t index = begin; index < end; index++) {
    size_t image = index / l->strips, strip = index % l->strips;
    size_t row = (size_t)d->outHeight * strip / l->strips;
    size_t last = (size_t)d->outHeight * (strip + 1) / l->strips;
    const VECTOR *x = (const VECTOR *)l->x + image * l->inBlocks * area;
    size_t place = image * l->outBlocks * outArea;
    int next = 0;
    for (; row < last; row++) {
      int first = (int)row * d->stride - d->top, stop = racnn_least(first + d->kernelHeight, d->height);
      for (next = racnn_most(next, racnn_most(first, 0)); next < stop; next++) {
        VECTOR *to = ring + (size_t)next % slots * l->blocks * pitch + left;
        if (l->expand != NULL) {
          expand.x = x + (size_t)next * width;
          expand.y = to;
          BLOCKED(multiply)(&expand, width, l->blocks);
        } else {
          for (size_t b = 0; b < l->blocks; b++) {
            memcpy(to + b * pitch, x + b * area + (size_t)next * width, width * sizeof(VECTOR));
          }
        }
      }
      for (size_t b = 0; b < l->blocks; b++) {
        for (int r = 0; r < d->kernelHeight; r++) {
          int from = first + r;
          rows[r] = from < 0 || from >= d->height
                        ? zeros
                        : ring + ((size_t)from % slots * l->blocks + b) * pitch;
        }
        BLOCKED(filter_row)(d, rows, (const VECTOR *)l->filters + b * slots * (size_t)d->kernelWidth,
                            (const VECTOR *)l->depthwiseBias + b, filtered + b * outWidth,
                            l->depthwiseRange);
      }
      project.y = (VECTOR *)l->y + place + row * outWidth;
      project.added = l->added ? (const VECTOR *)l->added + place + row * outWidth : NULL;
      BLOCKED(multiply)(&project, outWidth, l->outBlocks);
    }
  }
  free(rows);
  free(memory);
}

#undef PIXELS
#undef SIDE_BY_SIDE
#undef TILE
#undef UNROLLED
#undef SIZE

#endif
