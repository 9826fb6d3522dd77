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

// The four transforms along one axis, from values `s` apart to values `t` apart.

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

INLINE void TARGETED(weight_axis)(const VECTOR *g, size_t s, VECTOR *u, size_t t) {
  VECTOR outer = (g[0] + g[2 * s]) * (-1.0f / 6), middle = g[s] * (-1.0f / 6);
  VECTOR far = g[0] * (1.0f / 24) + g[2 * s] * (1.0f / 6), half = g[s] * (1.0f / 12);
  u[0] = g[0] * 0.25f;
  u[t] = outer + middle;
  u[2 * t] = outer - middle;
  u[3 * t] = far + half;
  u[4 * t] = far - half;
  u[5 * t] = g[2 * s];
}

// The transpose of `weight_axis`.
INLINE void TARGETED(weight_gradient_axis)(const VECTOR *u, size_t s, VECTOR *g, size_t t) {
  VECTOR near = (u[s] + u[2 * s]) * (-1.0f / 6), far = u[3 * s] + u[4 * s];
  g[0] = u[0] * 0.25f + near + far * (1.0f / 24);
  g[t] = (u[s] - u[2 * s]) * (-1.0f / 6) + (u[3 * s] - u[4 * s]) * (1.0f / 12);
  g[2 * t] = near + far * (1.0f / 6) + u[5 * s];
}

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

// The products: `begin` to `end` count pairs of blocks of outputs in each of the 36 planes.
static void TARGETED(multiply)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t pairs = w->outBlocks / 2, channels = w->inBlocks * BLOCK;
  // Panels of equal size, for a small last one would be slow.
  size_t panels = (w->count + PANEL - 1) / PANEL;
  for (size_t i = begin; i < end; i++) {
    size_t plane = i / pairs, pair = i % pairs;
    const VECTOR *u = (const VECTOR *)w->packed + i * channels * 2;
    VECTOR *m = (VECTOR *)(w->out + plane * w->outPlane) + pair * 2 * w->room;
    for (size_t b = 0; b < w->inBlocks; b += DEPTH / BLOCK, u += DEPTH * 2) {
      size_t blocks = racnn_smaller(DEPTH / BLOCK, w->inBlocks - b);
      const float *v = w->in + plane * w->inPlane + b * w->room * BLOCK;
      for (size_t panel = 0; panel < panels; panel++) {
        size_t from = w->count * panel / panels, tiles = w->count * (panel + 1) / panels - from;
        switch (tiles) {
#define PANEL_CASE(n)                                                                       \
  case n:                                                                                   \
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
}

// The outputs: `begin` to `end` count blocks of channels times tiles.
static void TARGETED(give)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t blocks = racnn_blocks(w->p.outputs, BLOCK), plane = w->outPlane / BLOCK;
  size_t area = (size_t)w->p.outHeight * (size_t)w->p.outWidth * BLOCK;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->count, tile = i % w->count;
    TARGETED(place) at = TARGETED(locate)(w, w->first + tile);
    const VECTOR *m = (const VECTOR *)(w->out + (block * w->room + tile) * BLOCK);
    VECTOR t[STEP * SIDE], y[STEP * STEP], bias = (VECTOR)0;
    if (w->bias != NULL) bias = *(const VECTOR *)(w->bias + block * BLOCK);
    UNROLLED for (size_t c = 0; c < SIDE; c++) {
      TARGETED(output_axis)(m + c * plane, SIDE * plane, t + c, SIDE);
    }
    UNROLLED for (int r = 0; r < STEP; r++) {
      TARGETED(output_axis)(t + r * SIDE, 1, y + r * STEP, 1);
    }
    VECTOR *to = (VECTOR *)(w->y + (at.image * blocks + block) * area);
    int rows = racnn_least(STEP, w->p.outHeight - at.row);
    int columns = racnn_least(STEP, w->p.outWidth - at.column);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        VECTOR v = y[r * STEP + c] + bias;
        v = v < (VECTOR)w->range.low ? (VECTOR)w->range.low : v;
        v = v > (VECTOR)w->range.high ? (VECTOR)w->range.high : v;
        to[(ptrdiff_t)(at.row + r) * w->p.outWidth + at.column + c] = v;
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
  size_t pairs = w->outBlocks / 2, channels = w->inBlocks * BLOCK;
  for (size_t i = begin; i < end; i++) {
    size_t plane = i / w->inBlocks, block = i % w->inBlocks;
    const float *v = w->in + plane * w->inPlane + block * w->room * BLOCK;
    for (size_t pair = 0; pair < pairs; pair++) {
      const VECTOR *m = (const VECTOR *)(w->out + plane * w->outPlane) + pair * 2 * w->room;
      VECTOR *g = (VECTOR *)w->packed + ((plane * pairs + pair) * channels + block * BLOCK) * 2;
      for (size_t c = 0; c < BLOCK; c += CHANNELS) {
        TARGETED(weigh_panel)(m, m + w->room, v + c, w->count, g + 2 * c, w->first > 0);
      }
    }
  }
}

// Weights to their transform: `begin` to `end` count blocks of inputs times blocks of outputs.
static void TARGETED(pack)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t inputs = (size_t)w->p.inputs, outputs = (size_t)w->p.outputs;
  size_t channels = w->inBlocks * BLOCK, plane = w->outBlocks * channels;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->inBlocks, from = i % w->inBlocks * BLOCK;
    for (size_t c = from; c < from + BLOCK; c++) {
      VECTOR g[9], t[SIDE * 3];
      for (int k = 0; k < 9; k++) {
        for (size_t lane = 0; lane < BLOCK; lane++) {
          size_t o = block * BLOCK + lane;
          g[k][lane] = o >= outputs || c >= inputs ? 0
                       : w->reversed ? w->plain[(c * outputs + o) * 9 + (size_t)(8 - k)]
                                     : w->plain[(o * inputs + c) * 9 + (size_t)k];
        }
      }
      VECTOR *u = (VECTOR *)w->packed + (block / 2 * channels + c) * 2 + block % 2;
      UNROLLED for (int k = 0; k < 3; k++) TARGETED(weight_axis)(g + k, 3, t + k, 3);
      UNROLLED for (int r = 0; r < SIDE; r++) {
        TARGETED(weight_axis)(t + r * 3, 1, u + (size_t)(r * SIDE) * plane, plane);
      }
    }
  }
}

// The gradient to the transformed weights, back to one to the weights.
static void TARGETED(unpack)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t inputs = (size_t)w->p.inputs, outputs = (size_t)w->p.outputs;
  size_t channels = w->inBlocks * BLOCK, plane = w->outBlocks * channels;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->inBlocks, from = i % w->inBlocks * BLOCK;
    for (size_t c = from; c < racnn_smaller(from + BLOCK, inputs); c++) {
      const VECTOR *u = (const VECTOR *)w->packed + (block / 2 * channels + c) * 2 + block % 2;
      VECTOR g[9], t[3 * SIDE];
      UNROLLED for (size_t k = 0; k < SIDE; k++) {
        TARGETED(weight_gradient_axis)(u + k * plane, SIDE * plane, t + k, SIDE);
      }
      UNROLLED for (int r = 0; r < 3; r++) {
        TARGETED(weight_gradient_axis)(t + r * SIDE, 1, g + r * 3, 1);
      }
      for (size_t lane = 0; lane < BLOCK && block * BLOCK + lane < outputs; lane++) {
        float *to = w->y + ((block * BLOCK + lane) * inputs + c) * 9;
        for (int k = 0; k < 9; k++) to[k] = g[k][lane];
      }
    }
  }
}

#undef UNROLLED
#undef BLOCK
#undef VECTOR
#undef PANEL
#undef CHANNELS
