// A row of a depthwise convolution from rows of its input that have their padding beside them:
// included once for each instruction set and block.

// How many columns are computed at once: as many as the registers hold sums for, beside a row
// of the filter.
#if BLOCK == 1
#define TILE 8
#elif defined(TARGET_REGISTER_FLOATS) && BLOCK <= TARGET_REGISTER_FLOATS
#define TILE 8
#else
#define TILE 4
#endif

#define UNROLLED _Pragma("clang loop unroll(full)")

// `count` columns of a row at once. Each input is read once and goes into all the sums
// it belongs to.
INLINE void BLOCKED(tile)(const VECTOR *const *rows, const VECTOR *filter, const VECTOR *bias,
                          VECTOR *y, size_t column, const int height, const int width,
                          const int stride, const int count, racnn_range range) {
  VECTOR sums[8];
  UNROLLED for (int t = 0; t < count; t++) sums[t] = *bias;
  for (int r = 0; r < height; r++) {
    const VECTOR *x = rows[r] + column * (size_t)stride;
    const VECTOR *w = filter + r * width;
    UNROLLED for (int j = 0; j < (count - 1) * stride + width; j++) {
      VECTOR v = x[j];
      UNROLLED for (int k = 0; k < width; k++) {
        int t = j - k;
        if (t >= 0 && t % stride == 0 && t / stride < count) sums[t / stride] += v * w[k];
      }
    }
  }
  UNROLLED for (int t = 0; t < count; t++) {
    VECTOR v = sums[t] < (VECTOR)range.low ? (VECTOR)range.low : sums[t];
    y[column + (size_t)t] = v > (VECTOR)range.high ? (VECTOR)range.high : v;
  }
}

INLINE void BLOCKED(row)(const VECTOR *const *rows, const VECTOR *filter, const VECTOR *bias,
                         VECTOR *y, size_t count, const int height, const int width,
                         const int stride, racnn_range range) {
  size_t i = 0;
#if TILE == 8
  if (count % 7 == 0) {
    for (; i < count; i += 7) {
      BLOCKED(tile)(rows, filter, bias, y, i, height, width, stride, 7, range);
    }
  }
  for (; i + 8 <= count; i += 8) {
    BLOCKED(tile)(rows, filter, bias, y, i, height, width, stride, 8, range);
  }
#endif
  for (; i + 4 <= count; i += 4) {
    BLOCKED(tile)(rows, filter, bias, y, i, height, width, stride, 4, range);
  }
  for (; i < count; i++) {
    BLOCKED(tile)(rows, filter, bias, y, i, height, width, stride, 1, range);
  }
}

static void BLOCKED(any_row)(const racnn_depthwise *p, const VECTOR *const *rows,
                             const VECTOR *filter, const VECTOR *bias, VECTOR *y,
                             racnn_range range) {
  for (int i = 0; i < p->outWidth; i++) {
    VECTOR sum = *bias;
    for (int r = 0; r < p->kernelHeight; r++) {
      for (int k = 0; k < p->kernelWidth; k++) {
        sum += rows[r][i * p->stride + k * p->dilation] * filter[r * p->kernelWidth + k];
      }
    }
    sum = sum < (VECTOR)range.low ? (VECTOR)range.low : sum;
    y[i] = sum > (VECTOR)range.high ? (VECTOR)range.high : sum;
  }
}

// The sizes that have their own loops; everything else takes the general one, as do unblocked
// maps, which nothing needs fast.
#define SIZE(p, size, step)                                                           \
  (BLOCK > 1 && (p)->kernelHeight == size && (p)->kernelWidth == size &&              \
   (p)->stride == step && (p)->dilation == 1)

// A row of outputs from as many rows of inputs as the filter has.
static void BLOCKED(filter_row)(const racnn_depthwise *p, const VECTOR *const *rows,
                                const VECTOR *filter, const VECTOR *bias, VECTOR *y,
                                racnn_range range) {
  size_t count = (size_t)p->outWidth;
  if (SIZE(p, 3, 1)) {
    BLOCKED(row)(rows, filter, bias, y, count, 3, 3, 1, range);
  } else if (SIZE(p, 3, 2)) {
    BLOCKED(row)(rows, filter, bias, y, count, 3, 3, 2, range);
  } else if (SIZE(p, 5, 1)) {
    BLOCKED(row)(rows, filter, bias, y, count, 5, 5, 1, range);
  } else if (SIZE(p, 5, 2)) {
    BLOCKED(row)(rows, filter, bias, y, count, 5, 5, 2, range);
  } else {
    BLOCKED(any_row)(p, rows, filter, bias, y, range);
  }
}
