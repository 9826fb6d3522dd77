// Products of small matrices that lie in scratch memory, compiled for TARGET after VectorMath.h:
// C [m][n] = A B, or C += A B. n is a multiple of LANES, and m is even.

// Together ROWS_AT_ONCE rows of WIDEST vectors fill the registers, with room for a row of B.
#ifdef TARGET_HAS_32_REGISTERS
#define ROWS_AT_ONCE 6
#define WIDEST 4
#elif defined(TARGET_REGISTER_FLOATS)
#define ROWS_AT_ONCE 6
#define WIDEST 2
#else
#define ROWS_AT_ONCE 2
#define WIDEST 1
#endif

/// The left matrix has an element each `row` floats down and each `step` floats across, so that a
/// transposed one is as good. The right one lies in panels of up to WIDEST vectors, [panel][k][width]
/// one after the other, when `pitch` is 0; else row-major, `pitch` floats a row.
typedef struct {
  const float *a;
  size_t row, step;
  const float *b;
  size_t pitch;
  float *c;
  size_t cPitch;
  size_t m, n, k;
  int adds;
} TARGETED(product);

INLINE void TARGETED(tile)(const TARGETED(product) *p, size_t i, const float *b, size_t pitch,
                           float *c, const int rows, const int vectors) {
  VECTOR sums[ROWS_AT_ONCE][WIDEST];
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      sums[r][v] = p->adds ? ((VECTOR *)(c + (size_t)r * p->cPitch))[v] : (VECTOR)0;
    }
  }
  const float *a = p->a + i * p->row;
  size_t row = p->row, step = p->step;
  for (size_t k = p->k; k > 0; k--) {
    VECTOR right[WIDEST];
    UNROLLED for (int v = 0; v < vectors; v++) right[v] = ((const VECTOR *)b)[v];
    UNROLLED for (int r = 0; r < rows; r++) {
      VECTOR left = (VECTOR)a[(size_t)r * row];
      UNROLLED for (int v = 0; v < vectors; v++) sums[r][v] += left * right[v];
    }
    a += step;
    b += pitch;
  }
  UNROLLED for (int r = 0; r < rows; r++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      ((VECTOR *)(c + (size_t)r * p->cPitch))[v] = sums[r][v];
    }
  }
}

INLINE void TARGETED(strip)(const TARGETED(product) *p, const float *b, size_t pitch, float *c,
                            const int vectors) {
  size_t i = 0;
  for (; i + ROWS_AT_ONCE <= p->m; i += ROWS_AT_ONCE) {
    TARGETED(tile)(p, i, b, pitch, c + i * p->cPitch, ROWS_AT_ONCE, vectors);
  }
#if ROWS_AT_ONCE > 4
  for (; i + 4 <= p->m; i += 4) TARGETED(tile)(p, i, b, pitch, c + i * p->cPitch, 4, vectors);
#endif
  for (; i < p->m; i += 2) TARGETED(tile)(p, i, b, pitch, c + i * p->cPitch, 2, vectors);
}

static void TARGETED(multiply_small)(const TARGETED(product) *p) {
  for (size_t j = 0; j < p->n; j += WIDEST * LANES) {
    size_t width = racnn_smaller(WIDEST * LANES, p->n - j);
    const float *b = p->pitch == 0 ? p->b + j * p->k : p->b + j;
    size_t pitch = p->pitch == 0 ? width : p->pitch;
    switch (width / LANES) {
#if WIDEST == 4
      case 4: TARGETED(strip)(p, b, pitch, p->c + j, 4); break;
      case 3: TARGETED(strip)(p, b, pitch, p->c + j, 3); break;
#endif
#if WIDEST >= 2
      case 2: TARGETED(strip)(p, b, pitch, p->c + j, 2); break;
#endif
      default: TARGETED(strip)(p, b, pitch, p->c + j, 1);
    }
  }
}
