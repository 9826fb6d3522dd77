// The part of Depthwise.c that goes back: included there once for each instruction set and block.

// To the data, with a stride of 2: `count` columns of dx, from an even column on. Each gradient is
// read once and spread over as many neighbours as the filter is wide. `odd` is the left padding's
// last bit, which says which taps meet an even column.
INLINE void BLOCKED(spread_tile)(const VECTOR *const *rows, const VECTOR *filter, int first,
                                 VECTOR *dx, size_t column, const int height, const int width,
                                 const int odd, const int count) {
  VECTOR sums[16];
  UNROLLED for (int t = 0; t < count; t++) sums[t] = 0;
  for (int r = first; r < height; r += 2) {
    const VECTOR *dy = rows[r] + column / 2;
    const VECTOR *w = filter + r * width;
    UNROLLED for (int j = -(width / 2); j <= (count - 1 + odd) / 2; j++) {
      if (2 * j + width - 1 - odd < 0) continue;
      VECTOR v = dy[j];
      UNROLLED for (int k = 0; k < width; k++) {
        int t = 2 * j + k - odd;
        if (t >= 0 && t < count) sums[t] += v * w[k];
      }
    }
  }
  UNROLLED for (int t = 0; t < count; t++) dx[column + (size_t)t] = sums[t];
}

INLINE void BLOCKED(spread_row)(const VECTOR *const *rows, const VECTOR *filter, int first,
                                VECTOR *dx, size_t count, const int height, const int width,
                                const int odd) {
  size_t i = 0;
#if TILE == 8
  for (; i + 8 <= count; i += 8) {
    BLOCKED(spread_tile)(rows, filter, first, dx, i, height, width, odd, 8);
  }
#endif
  for (; i + 4 <= count; i += 4) {
    BLOCKED(spread_tile)(rows, filter, first, dx, i, height, width, odd, 4);
  }
  for (; i + 2 <= count; i += 2) {
    BLOCKED(spread_tile)(rows, filter, first, dx, i, height, width, odd, 2);
  }
  if (i < count) BLOCKED(spread_tile)(rows, filter, first, dx, i, height, width, odd, 1);
}

// Any stride and dilation: each cell of dx looks for the windows that it lies in.
static void BLOCKED(spread_any)(const racnn_depthwise *p, const VECTOR *filter, const VECTOR *dy,
                                const mask *before, VECTOR *dx) {
  for (int i = 0; i < p->height; i++) {
    for (int j = 0; j < p->width; j++) {
      VECTOR sum = 0;
      for (int r = 0; r < p->kernelHeight; r++) {
        int row = i + p->top - r * p->dilation;
        if (row < 0 || row % p->stride != 0 || row / p->stride >= p->outHeight) continue;
        for (int k = 0; k < p->kernelWidth; k++) {
          int column = j + p->left - k * p->dilation;
          if (column < 0 || column % p->stride != 0) continue;
          if (column / p->stride >= p->outWidth) continue;
          int place = row / p->stride * p->outWidth + column / p->stride;
          VECTOR d = dy[place];
          if (before->values) BLOCKED(pass)(&d, &d, before, (size_t)place, 1);
          sum += d * filter[r * p->kernelWidth + k];
        }
      }
      *dx++ = sum;
    }
  }
}

static void BLOCKED(spread)(void *context, size_t begin, size_t end) {
  const depthwise *l = context;
  const racnn_depthwise *p = &l->p;
  int special = (SIZE(p, 3, 2) || SIZE(p, 5, 2)) && p->top >= 0 && p->left >= 0;
  // Column 0 of the ring is the first that a filter reaches, `before` columns left of dy's first.
  int before = racnn_most(0, (p->kernelWidth - p->left) / 2);
  int padded = before + (p->width - 1 + p->left) / 2 + 1;
  BLOCKED(ring) ring =
      BLOCKED(make_ring)(p->outHeight, p->outWidth, before, padded, p->kernelHeight);
  for (size_t index = begin; index < end; index++) {
    const VECTOR *filter = (const VECTOR *)l->taps + index % l->groups * taps(p);
    size_t map = index * (size_t)p->outHeight * (size_t)p->outWidth;
    const VECTOR *dy = (const VECTOR *)l->dy + map;
    ring.mask = BLOCKED(mask_from)(l->before, map);
    size_t place = index * (size_t)p->height * (size_t)p->width;
    VECTOR *dx = (VECTOR *)l->y + place;
    if (!special) {
      BLOCKED(spread_any)(p, filter, dy, &ring.mask, dx);
      if (l->after.values) {
        BLOCKED(pass)(dx, dx, &l->after, place, (size_t)p->height * (size_t)p->width);
      }
      continue;
    }
    ring.x = dy;
    ring.next = 0;
    for (int i = 0; i < p->height; i++, dx += p->width, place += (size_t)p->width) {
      const VECTOR *rows[5] = {0};
      int first = (i + p->top) % 2, last = (i + p->top) / 2;
      BLOCKED(advance)(&ring, last - p->kernelHeight / 2, last);
      for (int r = first; r < p->kernelHeight; r += 2) {
        rows[r] = BLOCKED(ring_row)(&ring, last - r / 2) + before + p->left / 2;
      }
      size_t count = (size_t)p->width;
      if (p->kernelWidth == 3) {
        if (p->left % 2) BLOCKED(spread_row)(rows, filter, first, dx, count, 3, 3, 1);
        else BLOCKED(spread_row)(rows, filter, first, dx, count, 3, 3, 0);
      } else {
        if (p->left % 2) BLOCKED(spread_row)(rows, filter, first, dx, count, 5, 5, 1);
        else BLOCKED(spread_row)(rows, filter, first, dx, count, 5, 5, 0);
      }
      if (l->after.values) BLOCKED(pass)(dx, dx, &l->after, place, count);
    }
  }
  free(ring.memory);
}

// To the weights: the sums of `group` rows of the filter stay in registers through a band of the
// map, and are then added to those in memory. Beside them there is room for `count` columns of
// the output's gradient; each input meets all of those that it belongs to, so that loads are half
// as many as products.
#if defined(TARGET_HAS_32_REGISTERS)
#define GROUP(size) size
#elif TILE == 8
#define GROUP(size) ((size) == 3 ? 3 : 2)
#else
#define GROUP(size) 1
#endif

INLINE void BLOCKED(weigh_tile)(const VECTOR *const *x, const VECTOR *dy, VECTOR (*sums)[5],
                                VECTOR *bias, size_t column, const int size, const int stride,
                                const int group, const int count) {
  VECTOR d[8];
  UNROLLED for (int t = 0; t < count; t++) {
    d[t] = dy[t];
    *bias += d[t];
  }
  UNROLLED for (int r = 0; r < group; r++) {
    UNROLLED for (int j = 0; j < (count - 1) * stride + size; j++) {
      VECTOR v = x[r][column * (size_t)stride + (size_t)j];
      UNROLLED for (int k = 0; k < size; k++) {
        int t = j - k;
        if (t >= 0 && t % stride == 0 && t / stride < count) sums[r][k] += v * d[t / stride];
      }
    }
  }
}

INLINE void BLOCKED(weigh_band)(const VECTOR *const *rows, const VECTOR *dy, VECTOR *partial,
                                size_t height, size_t width, const int size, const int stride,
                                int first, const int group) {
  VECTOR sums[5][5], bias = 0;
  UNROLLED for (int r = 0; r < group; r++) {
    UNROLLED for (int k = 0; k < size; k++) sums[r][k] = 0;
  }
  for (size_t i = 0; i < height; i++, dy += width) {
    const VECTOR *x[5];
    UNROLLED for (int r = 0; r < group; r++) x[r] = rows[i * (size_t)stride + (size_t)(first + r)];
    size_t j = 0;
#if defined(TARGET_HAS_32_REGISTERS)
    if (size == 3 && width % 7 == 0) {
      for (; j < width; j += 7) {
        BLOCKED(weigh_tile)(x, dy + j, sums, &bias, j, size, stride, group, 7);
      }
    }
#endif
    for (; j + 4 <= width; j += 4) {
      BLOCKED(weigh_tile)(x, dy + j, sums, &bias, j, size, stride, group, 4);
    }
    for (; j < width; j++) {
      BLOCKED(weigh_tile)(x, dy + j, sums, &bias, j, size, stride, group, 1);
    }
  }
  UNROLLED for (int r = 0; r < group; r++) {
    UNROLLED for (int k = 0; k < size; k++) partial[(first + r) * size + k] += sums[r][k];
  }
  if (first == 0) partial[size * size] += bias;
}

INLINE void BLOCKED(weigh_rows)(const VECTOR *const *rows, const VECTOR *dy, VECTOR *partial,
                                size_t height, size_t width, const int size, const int stride) {
  int r = 0;
  for (; r + GROUP(size) <= size; r += GROUP(size)) {
    BLOCKED(weigh_band)(rows, dy, partial, height, width, size, stride, r, GROUP(size));
  }
  for (; r < size; r++) {
    BLOCKED(weigh_band)(rows, dy, partial, height, width, size, stride, r, 1);
  }
}

static void BLOCKED(weigh_any)(const racnn_depthwise *p, const VECTOR *const *rows,
                               const VECTOR *dy, VECTOR *partial, int height) {
  for (int r = 0; r < p->kernelHeight; r++) {
    for (int k = 0; k < p->kernelWidth; k++) {
      VECTOR sum = 0;
      for (int i = 0; i < height; i++) {
        const VECTOR *x = rows[i * p->stride + r * p->dilation] + k * p->dilation;
        for (int j = 0; j < p->outWidth; j++) sum += dy[i * p->outWidth + j] * x[j * p->stride];
      }
      partial[r * p->kernelWidth + k] += sum;
    }
  }
  VECTOR sum = 0;
  for (int i = 0; i < height * p->outWidth; i++) sum += dy[i];
  partial[taps(p)] += sum;
}

static void BLOCKED(weigh)(void *context, size_t begin, size_t end) {
  const depthwise *l = context;
  const racnn_depthwise *p = &l->p;
  // Bands of about 256 columns: short enough to add up exactly and for the rows to stay near,
  // long enough to make little of storing the sums.
  int band = racnn_least(p->outHeight, racnn_most(1, 256 / racnn_most(1, p->outWidth)));
  int span = (band - 1) * p->stride + (p->kernelHeight - 1) * p->dilation + 1;
  int padded = (p->outWidth - 1) * p->stride + (p->kernelWidth - 1) * p->dilation + 1;
  BLOCKED(ring) ring = BLOCKED(make_ring)(p->height, p->width, p->left, padded, span);
  const VECTOR **rows = malloc((size_t)span * sizeof(VECTOR *));
  VECTOR *passed =
      l->before.values ? (VECTOR *)racnn_floats((size_t)band * (size_t)p->outWidth * BLOCK) : NULL;
  for (size_t index = begin; index < end; index++) {
    VECTOR *partial = (VECTOR *)l->partial + index * (taps(p) + 1);
    memset(partial, 0, (taps(p) + 1) * sizeof(VECTOR));
    size_t part = index / l->groups, batch = (size_t)p->batch;
    for (size_t n = batch * part / l->parts; n < batch * (part + 1) / l->parts; n++) {
      size_t map = n * l->groups + index % l->groups;
      size_t place = map * (size_t)p->outHeight * (size_t)p->outWidth;
      ring.x = (const VECTOR *)l->x + map * (size_t)p->height * (size_t)p->width;
      ring.next = 0;
      for (int i = 0; i < p->outHeight; i += band) {
        int height = racnn_least(band, p->outHeight - i), first = i * p->stride - p->top;
        BLOCKED(advance)(&ring, first, first + span - 1);
        for (int r = 0; r < span; r++) rows[r] = BLOCKED(ring_row)(&ring, first + r);
        size_t h = (size_t)height, w = (size_t)p->outWidth;
        const VECTOR *dy = (const VECTOR *)l->dy + place;
        if (passed) {
          BLOCKED(pass)(passed, dy, &l->before, place, h * w);
          dy = passed;
        }
        if (SIZE(p, 3, 1)) BLOCKED(weigh_rows)(rows, dy, partial, h, w, 3, 1);
        else if (SIZE(p, 3, 2)) BLOCKED(weigh_rows)(rows, dy, partial, h, w, 3, 2);
        else if (SIZE(p, 5, 1)) BLOCKED(weigh_rows)(rows, dy, partial, h, w, 5, 1);
        else if (SIZE(p, 5, 2)) BLOCKED(weigh_rows)(rows, dy, partial, h, w, 5, 2);
        else BLOCKED(weigh_any)(p, rows, dy, partial, height);
        place += h * w;
      }
    }
  }
  free(passed);
  free(rows);
  free(ring.memory);
}

// Adds the parts' sums into the first's, in order.
static void BLOCKED(collect)(void *context, size_t begin, size_t end) {
  const depthwise *l = context;
  size_t count = l->groups * (taps(&l->p) + 1) * BLOCK;
  for (size_t i = begin; i < end; i += BLOCK) {
    VECTOR sum = *(const VECTOR *)(l->partial + i);
    for (size_t n = 1; n < l->parts; n++) {
      sum += *(const VECTOR *)(l->partial + n * count + i);
    }
    *(VECTOR *)(l->partial + i) = sum;
  }
}

#undef GROUP
