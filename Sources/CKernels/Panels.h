// Copies of a head's tokens as `multiply_small` reads them, compiled for TARGET after VectorMath.h
// and SmallProducts.h.

#define PADDED(count) (((size_t)(count) + LANES - 1) / LANES * LANES)
#define PANEL (WIDEST * LANES)

/// Rows of `width` floats, `pitch` apart, to rows padded with zeros, times a factor; rows beyond
/// `count` up to `rows` are zeros.
static void TARGETED(take_rows)(const float *from, size_t pitch, size_t count, size_t width,
                                float factor, float *to, size_t padded, size_t rows) {
  for (size_t i = 0; i < rows; i++, to += padded) {
    for (size_t j = 0; j < padded; j += LANES) {
      *(VECTOR *)(to + j) =
          i < count && j < width
              ? TARGETED(load)(from + i * pitch + j, width - j, 0) * factor
              : (VECTOR)0;
    }
  }
}

static void TARGETED(give_rows)(const float *from, size_t padded, size_t count, size_t width,
                                float factor, float *to, size_t pitch) {
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < width; j += LANES) {
      TARGETED(store)(to + i * pitch + j, width - j,
                      *(const VECTOR *)(from + i * padded + j) * factor);
    }
  }
}

// Lane j of two rows that are `d` apart, once the squares of d lanes off the diagonal have changed
// places.
#define UPPER(j, d) ((j) & (d) ? LANES + (j) - (d) : (j))
#define LOWER(j, d) ((j) & (d) ? LANES + (j) : (j) + (d))
#define FOUR(at, j, d) at(j, d), at(j + 1, d), at(j + 2, d), at(j + 3, d)
#if LANES == 16
#define ALL(at, d) FOUR(at, 0, d), FOUR(at, 4, d), FOUR(at, 8, d), FOUR(at, 12, d)
#elif LANES == 8
#define ALL(at, d) FOUR(at, 0, d), FOUR(at, 4, d)
#else
#define ALL(at, d) FOUR(at, 0, d)
#endif
#define EXCHANGE(d)                                                             \
  UNROLLED for (int i = 0; i < LANES; i++) {                                    \
    if (i & d) continue;                                                        \
    VECTOR upper = __builtin_shufflevector(rows[i], rows[i + d], ALL(UPPER, d)); \
    rows[i + d] = __builtin_shufflevector(rows[i], rows[i + d], ALL(LOWER, d));  \
    rows[i] = upper;                                                            \
  }

INLINE void TARGETED(transpose)(VECTOR rows[LANES]) {
#if LANES == 16
  EXCHANGE(8)
#endif
#if LANES >= 8
  EXCHANGE(4)
#endif
  EXCHANGE(2)
  EXCHANGE(1)
}

#undef UPPER
#undef LOWER
#undef FOUR
#undef ALL
#undef EXCHANGE

/// Rows to panels [panel][width][lanes]: tokens lie across. In squares of LANES, as single floats
/// a panel's width apart would all fall into the same few sets of the cache.
static void TARGETED(take_panels)(const float *from, size_t pitch, size_t count, size_t width,
                                  float *to) {
  size_t padded = PADDED(count);
  for (size_t first = 0; first < padded; first += LANES) {
    size_t panel = first / PANEL * PANEL, lanes = racnn_smaller(PANEL, padded - panel);
    float *column = to + panel * width + (first - panel);
    for (size_t j = 0; j < width; j += LANES) {
      VECTOR rows[LANES];
      UNROLLED for (size_t i = 0; i < LANES; i++) {
        rows[i] = first + i < count
                      ? TARGETED(load)(from + (first + i) * pitch + j, width - j, 0)
                      : (VECTOR)0;
      }
      TARGETED(transpose)(rows);
      size_t columns = racnn_smaller(LANES, width - j);
      if (columns == LANES) {
        UNROLLED for (size_t i = 0; i < LANES; i++) {
          *(VECTOR *)(column + (j + i) * lanes) = rows[i];
        }
      } else {
        for (size_t i = 0; i < columns; i++) *(VECTOR *)(column + (j + i) * lanes) = rows[i];
      }
    }
  }
}
