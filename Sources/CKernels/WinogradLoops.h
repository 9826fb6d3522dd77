// The loops of Winograd.c: included there once for each instruction set.

#define UNROLLED _Pragma("clang loop unroll(full)")

#ifdef TARGET_HAS_32_REGISTERS
#define BLOCK 16
#define VECTOR float16
#define PANEL 14     // tiles of a product: with two blocks of outputs they fill the registers
#define CHANNELS 8   // input channels of a product in the gradient to the weights
#else
#define BLOCK 8
#define VECTOR float8
#ifdef TARGET_REGISTER_FLOATS
#define PANEL 6
#define CHANNELS 4
#else
#define PANEL 2
#define CHANNELS 1
#endif
#endif

// Three of the transforms along one axis, from values `s` apart to values `t` apart.

INLINE void TARGETED(input_axis)(const VECTOR *d, size_t s, VECTOR *v, size_t t) {
  VECTOR d0 = d[0], d1 = d[s], d2 = d[2 * s], d3 = d[3 * s], d4 = d[4 * s], d5 = d[5 * s];
  VECTOR even = d4 - 4 * d2, odd = d3 - 4 * d1, sum = d4 - d2, twice = 2 * (d3 - d1);
  v[0] = 4 * d0 - 5 * d2 + d4;
  v[t] = even + odd;
  v[2 * t] = even - odd;
  v[3 * t] = sum + twice;
  v[4 * t] = sum - twice;
  v[5 * t] = 4 * d1 - 5 * d3 + d5;
}

INLINE void TARGETED(output_axis)(const VECTOR *m, size_t s, VECTOR *y, size_t t) {
  VECTOR a = m[s] + m[2 * s], b = m[s] - m[2 * s], c = m[3 * s] + m[4 * s], d = m[3 * s] - m[4 * s];
  y[0] = m[0] + a + c;
  y[t] = b + 2 * d;
  y[2 * t] = a + 4 * c;
  y[3 * t] = b + 8 * d + m[5 * s];
}

// The transpose of `output_axis`.
INLINE void TARGETED(gradient_axis)(const VECTOR *y, size_t s, VECTOR *m, size_t t) {
  VECTOR y0 = y[0], y1 = y[s], y2 = y[2 * s], y3 = y[3 * s];
  VECTOR even = y0 + y2, odd = y1 + y3, far = y0 + 4 * y2, twice = 2 * y1 + 8 * y3;
  m[0] = y0;
  m[t] = even + odd;
  m[2 * t] = even - odd;
  m[3 * t] = far + twice;
  m[4 * t] = far - twice;
  m[5 * t] = y3;
}

#include "WinogradWeights.h"

// Where a tile lies in its picture.
typedef struct {
  size_t image;
  int row, column;
} TARGETED(place);

INLINE TARGETED(place) TARGETED(locate)(const winograd *w, size_t tile) {
  size_t area = w->rows * w->columns, rest = tile % area;
  return (TARGETED(place)){tile / area, (int)(rest / w->columns) * STEP,
                           (int)(rest % w->columns) * STEP};
}

// A square of a picture of blocked channels, zeros where it reaches beyond.
INLINE void TARGETED(read)(const float *x, int height, int width, int row, int column, int side,
                           VECTOR *to) {
  for (int i = 0; i < side; i++) {
    int r = row + i, inside = r >= 0 && r < height;
    const VECTOR *from = (const VECTOR *)x + (inside ? (ptrdiff_t)r * width + column : 0);
    for (int j = 0; j < side; j++) {
      int c = column + j;
      to[i * side + j] = inside && c >= 0 && c < width ? from[j] : (VECTOR)0;
    }
  }
}

// The transformed inputs: `begin` to `end` count blocks of channels times tiles.
static void TARGETED(take)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t area = (size_t)w->p.height * (size_t)w->p.width * BLOCK;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->count, tile = i % w->count;
    TARGETED(place) at = TARGETED(locate)(w, w->first + tile);
    const float *x = w->x + (at.image * w->inBlocks + block) * area;
    int row = at.row - w->p.top, column = at.column - w->p.left;
    VECTOR d[POINTS], t[POINTS];
    const VECTOR *from = d;
    size_t pitch = SIDE;
    if (row >= 0 && column >= 0 && row + SIDE <= w->p.height && column + SIDE <= w->p.width) {
      from = (const VECTOR *)x + (ptrdiff_t)row * w->p.width + column;
      pitch = (size_t)w->p.width;
    } else {
      TARGETED(read)(x, w->p.height, w->p.width, row, column, SIDE, d);
    }
    VECTOR *to = (VECTOR *)(w->in + (block * w->room + tile) * BLOCK);
    size_t plane = w->inPlane / BLOCK;
    UNROLLED for (int c = 0; c < SIDE; c++) TARGETED(input_axis)(from + c, pitch, t + c, SIDE);
    UNROLLED for (int r = 0; r < SIDE; r++) {
      TARGETED(input_axis)(t + r * SIDE, 1, to + (size_t)(r * SIDE) * plane, plane);
    }
  }
}

// The transformed gradients of the outputs, zero in the block that rounds their number up.
static void TARGETED(take_gradient)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t area = (size_t)w->p.outHeight * (size_t)w->p.outWidth * BLOCK;
  size_t blocks = racnn_blocks(w->p.outputs, BLOCK), plane = w->outPlane / BLOCK;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->count, tile = i % w->count;
    TARGETED(place) at = TARGETED(locate)(w, w->first + tile);
    VECTOR d[STEP * STEP], t[SIDE * STEP];
    if (block < blocks) {
      TARGETED(read)(w->dy + (at.image * blocks + block) * area, w->p.outHeight, w->p.outWidth,
                     at.row, at.column, STEP, d);
    } else {
      for (int j = 0; j < STEP * STEP; j++) d[j] = (VECTOR)0;
    }
    VECTOR *to = (VECTOR *)(w->out + (block * w->room + tile) * BLOCK);
    UNROLLED for (int c = 0; c < STEP; c++) TARGETED(gradient_axis)(d + c, STEP, t + c, STEP);
    UNROLLED for (int r = 0; r < SIDE; r++) {
      TARGETED(gradient_axis)(t + r * STEP, 1, to + (size_t)(r * SIDE) * plane, plane);
    }
  }
}

// Adds to two blocks of outputs of some tiles what some blocks of inputs give, or sets them to it.
INLINE void TARGETED(panel)(const VECTOR *u, const float *v, size_t pitch, size_t blocks,
                            VECTOR *m, size_t room, int adds, const int tiles) {
  VECTOR low[PANEL], high[PANEL];
  UNROLLED for (int t = 0; t < tiles; t++) {
    low[t] = adds ? m[t] : (VECTOR)0;
    high[t] = adds ? m[room + (size_t)t] : (VECTOR)0;
  }
  for (size_t b = 0; b < blocks; b++, v += pitch) {
    for (size_t c = 0; c < BLOCK; c++, u += 2) {
      VECTOR a = u[0], b = u[1];
      UNROLLED for (int t = 0; t < tiles; t++) {
        VECTOR s = (VECTOR)v[(size_t)t * BLOCK + c];
        low[t] += s * a;
        high[t] += s * b;
      }
    }
  }
  UNROLLED for (int t = 0; t < tiles; t++) {
    m[t] = low[t];
    m[room + (size_t)t] = high[t];
  }
}

// The products of a plane: of a pair of blocks of outputs with the blocks of inputs in work.
INLINE void TARGETED(products)(const winograd *w, size_t plane, size_t pair, const float *weights) {
  const VECTOR *u = (const VECTOR *)(weights + plane * w->weightPlane);
  VECTOR *m = (VECTOR *)(w->out + plane * w->outPlane) + (pair - w->firstPair) * 2 * w->room;
  // Panels of equal size, for a small last one would be slow.
  size_t panels = (w->count + PANEL - 1) / PANEL, last = w->firstBlock + w->blocks;
  for (size_t b = w->firstBlock; b < last; b += DEPTH / BLOCK, u += DEPTH * 2) {
    size_t blocks = racnn_smaller(DEPTH / BLOCK, last - b);
    const float *v = w->in + plane * w->inPlane + b * w->room * BLOCK;
    for (size_t panel = 0; panel < panels; panel++) {
      size_t from = w->count * panel / panels, tiles = w->count * (panel + 1) / panels - from;
      switch (tiles) {
#define PANEL_CASE(n)                                                                         \
  case n:                                                                                     \
    TARGETED(panel)(u, v + from * BLOCK, w->room * BLOCK, blocks, m + from, w->room, b > 0, n); \
    break;
        PANEL_CASE(1) PANEL_CASE(2)
#if PANEL >= 6
        PANEL_CASE(3) PANEL_CASE(4) PANEL_CASE(5) PANEL_CASE(6)
#endif
#if PANEL >= 14
        PANEL_CASE(7) PANEL_CASE(8) PANEL_CASE(9) PANEL_CASE(10)
        PANEL_CASE(11) PANEL_CASE(12) PANEL_CASE(13) PANEL_CASE(14)
#endif
#undef PANEL_CASE
        default: break;
      }
    }
  }
}

// All products with weights that are transformed.
static void TARGETED(multiply)(const winograd *w) {
  size_t last = w->firstPair + w->pairs;
  for (size_t plane = 0; plane < POINTS; plane++) {
    for (size_t pair = w->firstPair; pair < last; pair++) {
      TARGETED(products)(w, plane, pair, w->transformed + pair * POINTS * w->weightPlane);
    }
  }
}

// The same with weights that are transformed into memory for one pair. Those of the next are
// fetched meanwhile: they come from memory, which has nothing else to do.
static void TARGETED(transform_and_multiply)(const winograd *w) {
  size_t pitch = w->inBlocks * BLOCK * 9 * 2 * BLOCK, count = w->blocks * BLOCK * 9 * 2 * BLOCK;
  const float *weights = w->packed + w->firstBlock * BLOCK * 9 * 2 * BLOCK;
  size_t last = w->firstPair + w->pairs;
  for (size_t pair = w->firstPair; pair < last; pair++) {
    TARGETED(transform_weights)(w, pair, w->transformed);
    const float *next = weights + (pair + 1 < last ? pair + 1 : pair) * pitch;
    for (size_t plane = 0; plane < POINTS; plane++) {
      for (size_t i = count * plane / POINTS; i < count * (plane + 1) / POINTS; i += 16) {
        __builtin_prefetch(next + i, 0, 2);
      }
      TARGETED(products)(w, plane, pair, w->transformed);
    }
  }
}

#define GREATER(a, b) ((a) > (b) ? (a) : (b))

// The outputs in work, pooled or not.
static void TARGETED(give)(const winograd *w) {
  size_t blocks = racnn_blocks(w->p.outputs, BLOCK), plane = w->outPlane / BLOCK;
  size_t first = 2 * w->firstPair, last = racnn_smaller(first + 2 * w->pairs, blocks);
  // Tiles begin at even rows and columns, and so no pooling reaches into two.
  const int pool = w->p.pools ? 2 : 1, height = w->p.outHeight / pool, width = w->p.outWidth / pool;
  size_t area = (size_t)height * (size_t)width * BLOCK;
  for (size_t i = first * w->count; i < last * w->count; i++) {
    size_t block = i / w->count, tile = i % w->count;
    TARGETED(place) at = TARGETED(locate)(w, w->first + tile);
    const VECTOR *m = (const VECTOR *)(w->out + ((block - first) * w->room + tile) * BLOCK);
    VECTOR t[STEP * SIDE], y[STEP * STEP], bias = (VECTOR)0;
    if (w->bias != NULL) bias = *(const VECTOR *)(w->bias + block * BLOCK);
    UNROLLED for (size_t c = 0; c < SIDE; c++) {
      TARGETED(output_axis)(m + c * plane, SIDE * plane, t + c, SIDE);
    }
    UNROLLED for (int r = 0; r < STEP; r++) {
      TARGETED(output_axis)(t + r * SIDE, 1, y + r * STEP, 1);
    }
    if (pool == 2) {
      UNROLLED for (int r = 0; r < STEP / 2; r++) {
        UNROLLED for (int c = 0; c < STEP / 2; c++) {
          const VECTOR *from = y + 2 * r * STEP + 2 * c;
          VECTOR above = GREATER(from[0], from[1]), below = GREATER(from[STEP], from[STEP + 1]);
          y[r * STEP + c] = GREATER(above, below);
        }
      }
    }
    size_t map = (at.image * blocks + block) * area;
    VECTOR *to = (VECTOR *)(w->y + map);
    const VECTOR *added = w->added ? (const VECTOR *)(w->added + map) : NULL;
    const VECTOR *mask = w->mask ? (const VECTOR *)(w->mask + map) : NULL;
    VECTOR low = (VECTOR)w->open.low, high = (VECTOR)w->open.high;
    int row = at.row / pool, column = at.column / pool;
    int rows = racnn_least(STEP / pool, height - row);
    int columns = racnn_least(STEP / pool, width - column);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        ptrdiff_t place = (ptrdiff_t)(row + r) * width + column + c;
        VECTOR v = y[r * STEP + c] + bias;
        if (added) v += added[place];
        v = v < (VECTOR)w->range.low ? (VECTOR)w->range.low : v;
        v = v > (VECTOR)w->range.high ? (VECTOR)w->range.high : v;
        if (mask) v = ((mask[place] > low) & (mask[place] < high)) ? v : (VECTOR)0;
        to[place] = v;
      }
    }
  }
}

// Two blocks of outputs by some inputs, summed over the tiles.
INLINE void TARGETED(weigh_panel)(const VECTOR *low, const VECTOR *high, const float *v,
                                  size_t count, VECTOR *g, int adds) {
  VECTOR a[CHANNELS], b[CHANNELS];
  UNROLLED for (int c = 0; c < CHANNELS; c++) {
    a[c] = adds ? g[2 * c] : (VECTOR)0;
    b[c] = adds ? g[2 * c + 1] : (VECTOR)0;
  }
  for (size_t t = 0; t < count; t++) {
    VECTOR l = low[t], h = high[t];
    UNROLLED for (int c = 0; c < CHANNELS; c++) {
      VECTOR s = (VECTOR)v[t * BLOCK + (size_t)c];
      a[c] += s * l;
      b[c] += s * h;
    }
  }
  UNROLLED for (int c = 0; c < CHANNELS; c++) {
    g[2 * c] = a[c];
    g[2 * c + 1] = b[c];
  }
}

// The transformed weights' gradient: `begin` to `end` count blocks of inputs in the 36 planes.
static void TARGETED(weigh)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  for (size_t i = begin; i < end; i++) {
    size_t plane = i / w->inBlocks, block = i % w->inBlocks;
    const float *v = w->in + plane * w->inPlane + block * w->room * BLOCK;
    for (size_t pair = 0; pair < w->outPairs; pair++) {
      const VECTOR *m = (const VECTOR *)(w->out + plane * w->outPlane) + pair * 2 * w->room;
      VECTOR *g = (VECTOR *)(w->transformed + (pair * POINTS + plane) * w->weightPlane) +
                  block * BLOCK * 2;
      for (size_t c = 0; c < BLOCK; c += CHANNELS) {
        TARGETED(weigh_panel)(m, m + w->room, v + c, w->count, g + 2 * c, w->first > 0);
      }
    }
  }
}

#undef UNROLLED
#undef GREATER
#undef BLOCK
#undef VECTOR
#undef PANEL
#undef CHANNELS
