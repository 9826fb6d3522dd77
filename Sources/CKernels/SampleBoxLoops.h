// The loops of SampleBox.c: included there once for each instruction set.

#include "Transpose.h"

enum { TARGETED(rows) = 16 };

// to[k] += weight * from[k].
INLINE void TARGETED(accumulate)(float *restrict to, const float *restrict from, float weight,
                                 size_t count) {
  size_t k = 0;
  for (; k + 16 <= count; k += 16) *(float16 *)(to + k) += weight * *(const float16 *)(from + k);
  for (; k < count; k++) to[k] += weight * from[k];
}

INLINE float TARGETED(dot)(const float *restrict a, const float *restrict b, size_t count) {
  float16 s0 = 0, s1 = 0;
  size_t k = 0;
  for (; k + 32 <= count; k += 32) {
    s0 += *(const float16 *)(a + k) * *(const float16 *)(b + k);
    s1 += *(const float16 *)(a + k + 16) * *(const float16 *)(b + k + 16);
  }
  float sum = 0;
  for (; k < count; k++) sum += a[k] * b[k];
  s0 += s1;
  for (int i = 0; i < 16; i++) sum += s0[i];
  return sum;
}

// 8 x 8 numbers of `from`, whose rows are `fromPitch` apart, transposed.
INLINE void TARGETED(turn)(const float *from, size_t fromPitch, float *to, size_t toPitch) {
  float8 r[8];
  for (size_t i = 0; i < 8; i++) r[i] = *(const float8 *)(from + i * fromPitch);
  TARGETED(transpose8)(r);
  for (size_t i = 0; i < 8; i++) *(float8 *)(to + i * toPitch) = r[i];
}

// 16 rows of `count` numbers, `pitch` apart, into lanes [count][16].
static void TARGETED(to_lanes)(const float *from, size_t pitch, size_t count, float *to) {
  size_t j = 0;
  for (; j + 8 <= count; j += 8) {
    TARGETED(turn)(from + j, pitch, to + j * 16, 16);
    TARGETED(turn)(from + j + 8 * pitch, pitch, to + j * 16 + 8, 16);
  }
  for (; j < count; j++) {
    for (size_t k = 0; k < 16; k++) to[j * 16 + k] = from[k * pitch + j];
  }
}

// The way back, of the first `rows` lanes.
static void TARGETED(from_lanes)(const float *from, size_t count, float *to, size_t pitch,
                                 size_t rows) {
  size_t j = 0;
  if (rows == 16) {
    for (; j + 8 <= count; j += 8) {
      TARGETED(turn)(from + j * 16, 16, to + j, pitch);
      TARGETED(turn)(from + j * 16 + 8, 16, to + j + 8 * pitch, pitch);
    }
  }
  for (size_t k = 0; k < rows; k++) {
    for (size_t i = j; i < count; i++) to[k * pitch + i] = from[i * 16 + k];
  }
}

// Rows top..<top + rows of B source over the columns that A touches, into [16][width]; rows beyond
// the last are zero.
static void TARGETED(contract_rows)(const sampling *l, const axis *down, const float *source,
                                    size_t begin, size_t width, size_t top, size_t rows,
                                    float *band) {
  memset(band, 0, TARGETED(rows) * width * sizeof(float));
  for (size_t r = 0; r < rows; r++) {
    const float *weights = down->weights + (top + r) * (size_t)down->width;
    const float *from = source + (size_t)down->first[top + r] * l->side + begin;
    for (int k = 0; k < down->count[top + r]; k++, from += l->side) {
      TARGETED(accumulate)(band + r * width, from, weights[k], width);
    }
  }
}

// Each index is one channel of one image.
static void TARGETED(sample)(void *context, size_t begin, size_t end) {
  const sampling *l = context;
  const size_t size = l->size, side = l->side;
  float *band = racnn_floats(32 * side + 16 * size);
  float *lanes = band + 16 * side, *out = lanes + 16 * side;
  for (size_t index = begin; index < end; index++) {
    const axis *across = l->axes + 2 * (index / l->channels), *down = across + 1;
    size_t from = (size_t)across->begin, width = (size_t)(across->end - across->begin);
    for (size_t top = 0; top < size; top += 16) {
      size_t rows = racnn_smaller(16, size - top);
      TARGETED(contract_rows)(l, down, l->source + index * side * side, from, width, top, rows,
                              band);
      TARGETED(to_lanes)(band, width, width, lanes);
      for (size_t i = 0; i < size; i++) {
        const float *weights = across->weights + i * (size_t)across->width;
        const float16 *v = (const float16 *)lanes + ((size_t)across->first[i] - from);
        float16 sum = 0;
        for (int k = 0; k < across->count[i]; k++) sum += weights[k] * v[k];
        *(float16 *)(out + i * 16) = sum;
      }
      TARGETED(from_lanes)(out, size, l->y + (index * size + top) * size, size, rows);
    }
  }
  free(band);
}

static void TARGETED(sample_gradient)(void *context, size_t begin, size_t end) {
  const sampling *l = context;
  const size_t size = l->size, side = l->side;
  float *band = racnn_floats(32 * side + 32 * size);
  float *lanes = band + 16 * side, *gradient = lanes + 16 * side, *edge = gradient + 16 * size;
  for (size_t index = begin; index < end; index++) {
    const axis *across = l->axes + 2 * (index / l->channels), *down = across + 1;
    const float *source = l->source + index * side * side;
    float *dsource = l->dsource == NULL ? NULL : l->dsource + index * side * side;
    if (dsource != NULL) memset(dsource, 0, side * side * sizeof(float));
    size_t from = (size_t)across->begin, width = (size_t)(across->end - across->begin);
    double byX = 0, byY = 0, byHalf = 0;
    for (size_t top = 0; top < size; top += 16) {
      size_t rows = racnn_smaller(16, size - top);
      const float *dy = l->dy + (index * size + top) * size;
      if (rows < 16) {
        // The last rows, with zeros for those that are not there.
        memset(edge, 0, 16 * size * sizeof(float));
        memcpy(edge, dy, rows * size * sizeof(float));
        dy = edge;
      }
      TARGETED(to_lanes)(dy, size, size, gradient);
      if (l->partial != NULL) {
        // dA times its derivatives.
        TARGETED(contract_rows)(l, down, source, from, width, top, rows, band);
        TARGETED(to_lanes)(band, width, width, lanes);
        float16 sumX = 0, sumHalf = 0;
        for (size_t i = 0; i < size; i++) {
          const float *c = across->byCenter + i * (size_t)across->width;
          const float *h = across->byHalf + i * (size_t)across->width;
          const float16 *v = (const float16 *)lanes + ((size_t)across->first[i] - from);
          float16 center = 0, half = 0;
          for (int k = 0; k < across->count[i]; k++) {
            center += c[k] * v[k];
            half += h[k] * v[k];
          }
          sumX += center * *(const float16 *)(gradient + i * 16);
          sumHalf += half * *(const float16 *)(gradient + i * 16);
        }
        for (int k = 0; k < 16; k++) {
          byX += sumX[k];
          byHalf += sumHalf[k];
        }
      }
      // dy A.
      memset(lanes, 0, 16 * width * sizeof(float));
      for (size_t i = 0; i < size; i++) {
        const float *weights = across->weights + i * (size_t)across->width;
        float16 *v = (float16 *)lanes + ((size_t)across->first[i] - from);
        const float16 g = *(const float16 *)(gradient + i * 16);
        for (int k = 0; k < across->count[i]; k++) v[k] += weights[k] * g;
      }
      TARGETED(from_lanes)(lanes, width, band, width, 16);
      for (size_t r = 0; r < rows; r++) {
        size_t tap = (top + r) * (size_t)down->width;
        size_t at = (size_t)down->first[top + r] * side + from;
        for (int k = 0; k < down->count[top + r]; k++, tap++, at += side) {
          if (dsource != NULL) {
            TARGETED(accumulate)(dsource + at, band + r * width, down->weights[tap], width);
          }
          if (l->partial != NULL) {
            double product = TARGETED(dot)(band + r * width, source + at, width);
            byY += product * down->byCenter[tap];
            byHalf += product * down->byHalf[tap];
          }
        }
      }
    }
    if (l->partial != NULL) {
      l->partial[3 * index] = byX;
      l->partial[3 * index + 1] = byY;
      l->partial[3 * index + 2] = byHalf;
    }
  }
  free(band);
}
