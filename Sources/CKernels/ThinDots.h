// Products with weights of one kind, in vectors of one width: included by ThinProduct.c for floats and
// for bytes, with WEIGHT, LANES, VECTOR, TILE(rows), WIDENED and SCALED, which end with it.

#define NAMED__(name, weight, target) name##_of_##weight##_##target
#define NAMED_(name, weight, target) NAMED__(name, weight, target)
#define NAMED(name) NAMED_(name, WEIGHT, TARGET)
// Weights of a line of the cache.
#define LINE (64 / sizeof(WEIGHT))

// Adds to c [rows][columns] what `span` columns of the inputs give.
INLINE void NAMED(dots)(const thin *t, size_t row, size_t column, size_t from, size_t span,
                        const int rows, const int columns) {
  VECTOR sums[THIN][LARGE];
  const float *a[THIN];
  const WEIGHT *b[LARGE];
  for (int r = 0; r < rows; r++) a[r] = t->a + (row + (size_t)r) * t->inner + from;
  for (int j = 0; j < columns; j++) {
    b[j] = (const WEIGHT *)t->b + (column + (size_t)j) * t->inner + from;
  }
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) sums[r][j] = (VECTOR)0;
  }
  size_t i = 0;
  for (; i + LINE <= span; i += LINE) {
    for (int j = 0; j < columns; j++) __builtin_prefetch((const char *)(b[j] + i) + AHEAD);
    _Pragma("clang loop unroll(full)") for (size_t k = i; k < i + LINE; k += LANES) {
      VECTOR w[LARGE];
      for (int j = 0; j < columns; j++) w[j] = WIDENED(b[j] + k);
      for (int r = 0; r < rows; r++) {
        VECTOR x = *(const VECTOR *)(a[r] + k);
        for (int j = 0; j < columns; j++) sums[r][j] += x * w[j];
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int j = 0; j < columns; j++) {
#if LANES == 16
      float8 half = sums[r][j].lo + sums[r][j].hi;
#else
      float8 half = sums[r][j];
#endif
      float sum =
          ((half[0] + half[4]) + (half[2] + half[6])) + ((half[1] + half[5]) + (half[3] + half[7]));
      for (size_t rest = i; rest < span; rest++) sum += a[r][rest] * (float)b[j][rest];
      t->c[(row + (size_t)r) * t->columns + column + (size_t)j] += SCALED(sum, t, column + (size_t)j);
    }
  }
}

INLINE void NAMED(some_dots)(const thin *t, size_t row, size_t column, size_t from, size_t span,
                             const int rows, const int columns) {
  const int tile = columns < TILE(rows) ? columns : TILE(rows);
  for (int j = 0; j < columns; j += tile) {
    NAMED(dots)(t, row, column + (size_t)j, from, span, rows, tile);
  }
}

INLINE void NAMED(all_dots)(const thin *t, size_t column, size_t from, size_t span, const int columns) {
  size_t row = 0;
  for (; row + THIN <= t->rows; row += THIN) {
    NAMED(some_dots)(t, row, column, from, span, THIN, columns);
  }
  switch (t->rows - row) {
    case 3: NAMED(some_dots)(t, row, column, from, span, 3, columns); break;
    case 2: NAMED(some_dots)(t, row, column, from, span, 2, columns); break;
    case 1: NAMED(some_dots)(t, row, column, from, span, 1, columns); break;
  }
}

static void NAMED(thin_product)(void *context, size_t begin, size_t end) {
  const thin *t = context;
  for (size_t from = 0; from < t->inner; from += SPAN) {
    size_t span = racnn_smaller(SPAN, t->inner - from);
    for (size_t group = begin; group < end; group++) {
      size_t column = group * LARGE, columns = racnn_smaller(LARGE, t->columns - column);
      if (columns == LARGE) {
        NAMED(all_dots)(t, column, from, span, LARGE);
      } else {
        for (size_t j = 0; j < columns; j++) NAMED(all_dots)(t, column + j, from, span, 1);
      }
    }
  }
}

#undef NAMED__
#undef NAMED_
#undef NAMED
#undef LINE
#undef WEIGHT
#undef LANES
#undef VECTOR
#undef TILE
#undef WIDENED
#undef SCALED
