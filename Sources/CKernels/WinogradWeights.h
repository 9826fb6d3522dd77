// Weights to their transform and back: included by WinogradLoops.h, once for each instruction set.

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

// Weights to blocks, [pairs of blocks of outputs][inputs][9][2][block]: `begin` to `end` count pairs
// times blocks of inputs.
static void TARGETED(pack)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t inputs = (size_t)w->p.inputs, outputs = (size_t)w->p.outputs;
  for (size_t i = begin; i < end; i++) {
    size_t pair = i / w->inBlocks, first = i % w->inBlocks * BLOCK;
    float *to = w->packed + (pair * w->inBlocks * BLOCK + first) * 9 * 2 * BLOCK;
    for (size_t lane = 0; lane < 2 * BLOCK; lane++) {
      size_t output = pair * 2 * BLOCK + lane;
      for (size_t c = 0; c < BLOCK; c++) {
        for (size_t k = 0; k < 9; k++) {
          float value = 0;
          if (output < outputs && first + c < inputs) {
            value = w->reversed ? w->weights[((first + c) * outputs + output) * 9 + 8 - k]
                                : w->weights[(output * inputs + first + c) * 9 + k];
          }
          to[(c * 9 + k) * 2 * BLOCK + lane] = value;
        }
      }
    }
  }
}

// The transformed weights of a pair of blocks of outputs, for the blocks of inputs in work.
INLINE void TARGETED(transform_weights)(const winograd *w, size_t pair, float *transformed) {
  size_t plane = w->weightPlane / BLOCK, channels = w->inBlocks * BLOCK;
  const VECTOR *g = (const VECTOR *)w->packed + (pair * channels + w->firstBlock * BLOCK) * 9 * 2;
  VECTOR *u = (VECTOR *)transformed;
  for (size_t c = 0; c < w->blocks * BLOCK; c++, g += 9 * 2) {
    for (size_t half = 0; half < 2; half++, u++) {
      VECTOR t[SIDE * 3];
      UNROLLED for (int k = 0; k < 3; k++) {
        TARGETED(weight_axis)(g + 2 * k + half, 3 * 2, t + k, 3);
      }
      UNROLLED for (int r = 0; r < SIDE; r++) {
        TARGETED(weight_axis)(t + r * 3, 1, u + (size_t)(r * SIDE) * plane, plane);
      }
    }
  }
}

// The transformed weights of `begin` to `end` pairs of blocks of outputs.
static void TARGETED(take_weights)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  for (size_t pair = begin; pair < end; pair++) {
    TARGETED(transform_weights)(w, pair, w->transformed + pair * POINTS * w->weightPlane);
  }
}

// The gradient to the transformed weights, back to one to the weights: `begin` to `end` count
// blocks of outputs times blocks of inputs.
static void TARGETED(give_weights)(void *context, size_t begin, size_t end) {
  const winograd *w = context;
  size_t inputs = (size_t)w->p.inputs, outputs = (size_t)w->p.outputs;
  size_t plane = w->weightPlane / BLOCK;
  for (size_t i = begin; i < end; i++) {
    size_t block = i / w->inBlocks, from = i % w->inBlocks * BLOCK;
    for (size_t c = from; c < racnn_smaller(from + BLOCK, inputs); c++) {
      const VECTOR *u = (const VECTOR *)w->transformed + block / 2 * POINTS * plane + c * 2 + block % 2;
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
