#ifndef TARGET

// Scaled dot-product attention in tiles: Vaswani et al., "Attention Is All You Need", 2017, by the
// online softmax of Milakov, Gimelshein, "Online normalizer calculation for softmax", 2018, and with
// the gradient of Dao et al., "FlashAttention", 2022, which makes the weights again from the
// logarithm of each row's sum. So memory grows with the number of tokens, not with its square.
//
// Keys and values of a head are copied to scratch memory once: transposed in panels where a product
// runs across the tokens, in padded rows where it runs along them.

#include "Kernels.h"

// The most queries and keys of a tile: its scores stay in a core's second cache. A head's queries are
// cut evenly, at multiples of STEP, the rows of a small product.
enum { ROWS = 72, KEYS = 256, STEP = 6 };

typedef struct {
  racnn_attention p;
  const float *q, *k, *v, *dy;
  float *y, *logSums, *dq, *dk, *dv;
  size_t tiles, rows;  // Of queries, a head, and of a tile.
} attention;

static void cut(attention *a) {
  size_t queries = (size_t)a->p.queries, count = (queries + ROWS - 1) / ROWS;
  a->rows = count == 0 ? ROWS : ((queries + count - 1) / count + STEP - 1) / STEP * STEP;
  a->tiles = (queries + a->rows - 1) / a->rows;
}

// Random bits for a weight: from its row's, by the mixing of Wellons' "lowbias32"; the row's are
// mixed by SplitMix64 from the seed. Tensors' reference does the same.
static uint32_t row_bits(uint64_t seed, uint64_t row) {
  uint64_t z = seed + (row + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

#define FAMILY "Attention.c"
#include "ForEachTarget.h"

void racnn_attention_forward(const racnn_attention *p, const float *q, const float *k,
                             const float *v, float *y, float *logSums) {
  attention a = {.p = *p, .q = q, .k = k, .v = v, .y = y, .logSums = logSums};
  cut(&a);
  racnn_ranges((size_t)p->batch * (size_t)p->heads * a.tiles, &a, PICK(attend));
}

void racnn_attention_gradient(const racnn_attention *p, const float *q, const float *k,
                              const float *v, const float *y, const float *logSums,
                              const float *dy, float *dq, float *dk, float *dv) {
  attention a = {.p = *p, .q = q, .k = k, .v = v, .dy = dy, .y = (float *)y,
                 .logSums = (float *)logSums, .dq = dq, .dk = dk, .dv = dv};
  cut(&a);
  racnn_ranges((size_t)p->batch * (size_t)p->heads, &a, PICK(attend_gradient));
}

#else

#include "VectorMath.h"
#include "SmallProducts.h"
#include "Panels.h"

// What one thread computes with.
typedef struct {
  const attention *a;
  size_t head;            // batch * heads + head, or none yet.
  size_t width, values;   // Of a head's queries and keys, and of its values; padded.
  size_t keys;            // Padded.
  float *memory;
  float *keyPanels, *keyRows, *valuePanels, *valueRows;
  float *dkeys, *dvalues;
  float *hidden;          // Added to the scores of each key: 0 or minus infinity.
  int isMasked;           // Whether more is hidden than what pads the keys.
  float *queries, *outputs, *scores, *slopes;
  float *greatest, *sums, *factors;
} TARGETED(worker);

static TARGETED(worker) TARGETED(make_worker)(const attention *a, int goesBack) {
  const racnn_attention *p = &a->p;
  TARGETED(worker) w = {.a = a, .head = SIZE_MAX, .width = PADDED(p->width),
                        .values = PADDED(p->valueWidth), .keys = PADDED(p->keys)};
  w.isMasked = p->keyMask != NULL || p->bias != NULL || p->isCausal;
  size_t rows = ROWS * (w.width + w.values), tile = ROWS * KEYS;
  size_t tiles = goesBack ? 2 * tile : tile;
  size_t keyed = w.keys * (goesBack ? 3 * w.width + 2 * w.values : w.width + w.values);
  w.memory = racnn_floats(rows + tiles + keyed + w.keys + 4 * ROWS + 16 * 16);
  float *next = w.memory;
#define TAKE(count) (next += ((count) + 15) / 16 * 16, next - ((count) + 15) / 16 * 16)
  w.queries = TAKE(ROWS * w.width);
  w.outputs = TAKE(ROWS * w.values);
  w.scores = TAKE(tile);
  w.greatest = TAKE(ROWS);
  w.sums = TAKE(ROWS);
  w.factors = TAKE(ROWS);
  w.hidden = TAKE(w.keys);
  w.keyPanels = TAKE(w.keys * w.width);
  if (!goesBack) {
    w.valueRows = TAKE(w.keys * w.values);
  } else {
    w.slopes = TAKE(tile);
    w.keyRows = TAKE(w.keys * w.width);
    w.valuePanels = TAKE(w.keys * w.values);
    w.dkeys = TAKE(w.keys * w.width);
    w.dvalues = TAKE(w.keys * w.values);
  }
#undef TAKE
  return w;
}

static void TARGETED(take_head)(TARGETED(worker) *w, size_t head) {
  const racnn_attention *p = &w->a->p;
  size_t n = head / (size_t)p->heads, h = head % (size_t)p->heads, keys = (size_t)p->keys;
  const float *k = w->a->k + n * keys * p->keyPitch + h * (size_t)p->width;
  const float *v = w->a->v + n * keys * p->valuePitch + h * (size_t)p->valueWidth;
  w->head = head;
  TARGETED(take_panels)(k, p->keyPitch, keys, (size_t)p->width, w->keyPanels);
  if (w->keyRows == NULL) {
    TARGETED(take_rows)(v, p->valuePitch, keys, (size_t)p->valueWidth, 1, w->valueRows, w->values,
                        w->keys);
  } else {
    TARGETED(take_rows)(k, p->keyPitch, keys, (size_t)p->width, 1, w->keyRows, w->width, w->keys);
    TARGETED(take_panels)(v, p->valuePitch, keys, (size_t)p->valueWidth, w->valuePanels);
    memset(w->dkeys, 0, w->keys * w->width * sizeof(float));
    memset(w->dvalues, 0, w->keys * w->values * sizeof(float));
  }
  for (size_t j = 0; j < w->keys; j++) {
    int seen = j < keys && (p->keyMask == NULL || p->keyMask[n * keys + j] != 0);
    w->hidden[j] = seen ? 0 : -INFINITY;
  }
}

/// The keys of a tile of queries that any of them sees.
INLINE size_t TARGETED(seen_keys)(const racnn_attention *p, size_t last) {
  if (!p->isCausal) return (size_t)p->keys;
  ptrdiff_t seen = (ptrdiff_t)last + p->offset + 1;
  return seen < 0 ? 0 : racnn_smaller((size_t)seen, (size_t)p->keys);
}

/// The scores of a row with all masks, in place; their greatest.
INLINE float TARGETED(mask_row)(const TARGETED(worker) *w, float *scores, size_t query,
                                size_t first, size_t count) {
  const racnn_attention *p = &w->a->p;
  VECTOR greatest = (VECTOR)-INFINITY;
  size_t j = 0;
  if (!w->isMasked) {
    for (; j + LANES <= count; j += LANES) {
      VECTOR s = *(const VECTOR *)(scores + j);
      greatest = s > greatest ? s : greatest;
    }
  }
  size_t n = w->head / (size_t)p->heads, h = w->head % (size_t)p->heads;
  const float *bias = NULL;
  if (p->bias != NULL) {
    bias = p->bias + n * p->biasBatch + h * p->biasHead + query * (size_t)p->keys + first;
  }
  ptrdiff_t seen = p->isCausal ? (ptrdiff_t)query + p->offset + 1 - (ptrdiff_t)first
                               : PTRDIFF_MAX;
  for (; j < count; j += LANES) {
    VECTOR s = *(VECTOR *)(scores + j) + *(const VECTOR *)(w->hidden + first + j);
    if (bias != NULL) s += TARGETED(load)(bias + j, count - j, 0);
    if ((ptrdiff_t)(j + LANES) > seen) {
      for (ptrdiff_t i = 0; i < LANES; i++) {
        if ((ptrdiff_t)j + i >= seen) s[i] = -INFINITY;
      }
    }
    *(VECTOR *)(scores + j) = s;
    greatest = s > greatest ? s : greatest;
  }
  return TARGETED(greatest_of)(greatest);
}

/// exp(scores - from): the product with log2(e) and the difference are one operation.
INLINE VECTOR TARGETED(weights)(VECTOR scores, float from) {
  const float log2e = 1.44269504f;
  return TARGETED(power_of_two)(scores * log2e - from * log2e);
}

/// 1 / (1 - rate) or 0 for the weights of a row from the key `first` on.
INLINE VECTOR TARGETED(kept)(const racnn_attention *p, uint32_t row, size_t first) {
  typedef uint32_t bits __attribute__((ext_vector_type(LANES)));
  bits x;
  for (uint32_t i = 0; i < LANES; i++) x[i] = (uint32_t)first + i;
  x = x * 0x9e3779b9u ^ row;
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  x = (x ^ (x >> 16)) >> 8;
  VECTOR chance = __builtin_convertvector((INTEGERS)x, VECTOR) * 0x1p-24f;
  return chance < (VECTOR)p->dropRate ? (VECTOR)0 : (VECTOR)(1 / (1 - p->dropRate));
}

INLINE uint32_t TARGETED(row_bits)(const TARGETED(worker) *w, size_t query) {
  const racnn_attention *p = &w->a->p;
  return row_bits(p->seed, w->head * (size_t)p->queries + query);
}

/// Whether one of a row's scores is no number.
INLINE int TARGETED(has_nan)(const float *scores, size_t count) {
  INTEGERS found = 0;
  for (size_t j = 0; j < PADDED(count); j += LANES) {
    VECTOR s = *(const VECTOR *)(scores + j);
    found |= (INTEGERS)(s != s);
  }
  for (size_t i = 0; i < LANES; i++) {
    if (found[i]) return 1;
  }
  return 0;
}

/// From scores to weights that are not yet divided by their sum, which is brought up to date;
/// `greatest` is the scores' own.
INLINE void TARGETED(soften_row)(const TARGETED(worker) *w, size_t r, size_t query, size_t first,
                                 size_t count, float greatest) {
  const racnn_attention *p = &w->a->p;
  float *scores = w->scores + r * KEYS;
  float before = w->greatest[r];
  greatest = greatest > before ? greatest : before;
  if (greatest == -INFINITY && TARGETED(has_nan)(scores, count)) {
    greatest = 0;
  } else if (greatest == -INFINITY) {
    memset(scores, 0, PADDED(count) * sizeof(float));
    w->factors[r] = 1;
    return;
  }
  VECTOR sum = 0;
  uint32_t row = p->dropRate > 0 ? TARGETED(row_bits)(w, query) : 0;
  for (size_t j = 0; j < PADDED(count); j += LANES) {
    VECTOR weight = TARGETED(weights)(*(VECTOR *)(scores + j), greatest);
    sum += weight;
    if (p->dropRate > 0) weight *= TARGETED(kept)(p, row, first + j);
    *(VECTOR *)(scores + j) = weight;
  }
  w->greatest[r] = greatest;
  w->factors[r] = before == greatest ? 1 : expf(before - greatest);
  w->sums[r] = w->sums[r] * w->factors[r] + TARGETED(sum_of)(sum);
}

/// The same for a tile. Rows go in steps, so that none waits for its own greatest score.
INLINE void TARGETED(soften)(const TARGETED(worker) *w, size_t rows, size_t query, size_t first,
                             size_t count) {
  for (size_t step = 0; step < rows; step += STEP) {
    size_t end = racnn_smaller(step + STEP, rows);
    float greatest[STEP];
    for (size_t r = step; r < end; r++) {
      greatest[r - step] =
          TARGETED(mask_row)(w, w->scores + r * KEYS, query + r, first, count);
    }
    for (size_t r = step; r < end; r++) {
      TARGETED(soften_row)(w, r, query + r, first, count, greatest[r - step]);
    }
  }
}

/// A tile of queries: `begin` to `end` count the heads' tiles.
static void TARGETED(attend)(void *context, size_t begin, size_t end) {
  const attention *a = context;
  const racnn_attention *p = &a->p;
  TARGETED(worker) w = TARGETED(make_worker)(a, 0);
  for (size_t item = begin; item < end; item++) {
    size_t head = item / a->tiles, start = item % a->tiles * a->rows;
    if (head != w.head) TARGETED(take_head)(&w, head);
    size_t n = head / (size_t)p->heads, h = head % (size_t)p->heads;
    size_t rows = racnn_smaller(a->rows, (size_t)p->queries - start), even = (rows + 1) / 2 * 2;
    size_t row = n * (size_t)p->queries + start;
    TARGETED(take_rows)(a->q + row * p->queryPitch + h * (size_t)p->width, p->queryPitch, rows,
                        (size_t)p->width, p->scale, w.queries, w.width, even);
    memset(w.outputs, 0, even * w.values * sizeof(float));
    for (size_t r = 0; r < even; r++) {
      w.greatest[r] = -INFINITY;
      w.sums[r] = 0;
      w.factors[r] = 1;
    }
    size_t seen = TARGETED(seen_keys)(p, start + rows - 1);
    for (size_t first = 0; first < seen; first += KEYS) {
      size_t count = racnn_smaller(KEYS, (size_t)p->keys - first);
      TARGETED(multiply_small)(&(TARGETED(product)){
          w.queries, w.width, 1, w.keyPanels + first * (size_t)p->width, 0, w.scores, KEYS, even,
          PADDED(count), (size_t)p->width, 0});
      TARGETED(soften)(&w, rows, start, first, count);
      for (size_t r = 0; r < rows; r++) {
        if (w.factors[r] == 1) continue;
        VECTOR *output = (VECTOR *)(w.outputs + r * w.values);
        for (size_t j = 0; j < w.values / LANES; j++) output[j] *= w.factors[r];
      }
      TARGETED(multiply_small)(&(TARGETED(product)){
          w.scores, KEYS, 1, w.valueRows + first * w.values, w.values, w.outputs, w.values, even,
          w.values, count, 1});
    }
    float *y = a->y + row * p->outputPitch + h * (size_t)p->valueWidth;
    for (size_t r = 0; r < rows; r++, y += p->outputPitch) {
      // A query that sees nothing gives zeros, and no gradient; one that sees what is no number gives none.
      int isBlind = w.sums[r] == 0;
      float share = isBlind ? 0 : 1 / w.sums[r];
      a->logSums[head * (size_t)p->queries + start + r] =
          isBlind ? INFINITY : w.greatest[r] + logf(w.sums[r]);
      for (size_t j = 0; j < (size_t)p->valueWidth; j += LANES) {
        TARGETED(store)(y + j, (size_t)p->valueWidth - j,
                        *(VECTOR *)(w.outputs + r * w.values + j) * share);
      }
    }
  }
  free(w.memory);
}

/// Scores to weights as they were multiplied with the values, and the weights' gradients to the
/// scores'.
INLINE void TARGETED(slope_row)(const TARGETED(worker) *w, size_t r, size_t query, size_t first,
                                size_t count, float product) {
  const racnn_attention *p = &w->a->p;
  float *scores = w->scores + r * KEYS, *slopes = w->slopes + r * KEYS;
  float logSum = w->a->logSums[w->head * (size_t)p->queries + query];
  TARGETED(mask_row)(w, scores, query, first, count);
  uint32_t row = p->dropRate > 0 ? TARGETED(row_bits)(w, query) : 0;
  for (size_t j = 0; j < PADDED(count); j += LANES) {
    VECTOR weight = TARGETED(weights)(*(VECTOR *)(scores + j), logSum);
    VECTOR slope = *(VECTOR *)(slopes + j), used = weight;
    if (p->dropRate > 0) {
      VECTOR kept = TARGETED(kept)(p, row, first + j);
      used *= kept;
      slope *= kept;
    }
    *(VECTOR *)(scores + j) = used;
    *(VECTOR *)(slopes + j) = weight * (slope - product);
  }
}

/// Whole heads, so that no two threads add to one key's gradient.
static void TARGETED(attend_gradient)(void *context, size_t begin, size_t end) {
  const attention *a = context;
  const racnn_attention *p = &a->p;
  TARGETED(worker) w = TARGETED(make_worker)(a, 1);
  float *dqueries = racnn_floats(ROWS * w.width);
  size_t keys = (size_t)p->keys, width = (size_t)p->width, values = (size_t)p->valueWidth;
  for (size_t head = begin; head < end; head++) {
    TARGETED(take_head)(&w, head);
    size_t n = head / (size_t)p->heads, h = head % (size_t)p->heads;
    for (size_t start = 0; start < (size_t)p->queries; start += a->rows) {
      size_t rows = racnn_smaller(a->rows, (size_t)p->queries - start), even = (rows + 1) / 2 * 2;
      size_t row = n * (size_t)p->queries + start;
      const float *dy = a->dy + row * p->outputPitch + h * values;
      const float *y = a->y + row * p->outputPitch + h * values;
      TARGETED(take_rows)(a->q + row * p->queryPitch + h * width, p->queryPitch, rows, width,
                          p->scale, w.queries, w.width, even);
      TARGETED(take_rows)(dy, p->outputPitch, rows, values, 1, w.outputs, w.values, even);
      memset(dqueries, 0, even * w.width * sizeof(float));
      for (size_t r = 0; r < rows; r++) {
        VECTOR product = 0;
        for (size_t j = 0; j < values; j += LANES) {
          product += TARGETED(load)(y + r * p->outputPitch + j, values - j, 0) *
                     *(VECTOR *)(w.outputs + r * w.values + j);
        }
        w.sums[r] = TARGETED(sum_of)(product);
      }
      size_t seen = TARGETED(seen_keys)(p, start + rows - 1);
      for (size_t first = 0; first < seen; first += KEYS) {
        size_t count = racnn_smaller(KEYS, keys - first), padded = PADDED(count);
        TARGETED(multiply_small)(&(TARGETED(product)){
            w.queries, w.width, 1, w.keyPanels + first * width, 0, w.scores, KEYS, even, padded,
            width, 0});
        TARGETED(multiply_small)(&(TARGETED(product)){
            w.outputs, w.values, 1, w.valuePanels + first * values, 0, w.slopes, KEYS, even,
            padded, values, 0});
        for (size_t r = 0; r < rows; r++) {
          TARGETED(slope_row)(&w, r, start + r, first, count, w.sums[r]);
        }
        TARGETED(multiply_small)(&(TARGETED(product)){
            w.scores, 1, KEYS, w.outputs, w.values, w.dvalues + first * w.values, w.values, padded,
            w.values, rows, 1});
        TARGETED(multiply_small)(&(TARGETED(product)){
            w.slopes, 1, KEYS, w.queries, w.width, w.dkeys + first * w.width, w.width, padded,
            w.width, rows, 1});
        TARGETED(multiply_small)(&(TARGETED(product)){
            w.slopes, KEYS, 1, w.keyRows + first * w.width, w.width, dqueries, w.width, even,
            w.width, count, 1});
      }
      TARGETED(give_rows)(dqueries, w.width, rows, width, p->scale,
                          a->dq + row * p->queryPitch + h * width, p->queryPitch);
    }
    TARGETED(give_rows)(w.dkeys, w.width, keys, width, 1,
                        a->dk + n * keys * p->keyPitch + h * width, p->keyPitch);
    TARGETED(give_rows)(w.dvalues, w.values, keys, values, 1,
                        a->dv + n * keys * p->valuePitch + h * values, p->valuePitch);
  }
  free(dqueries);
  free(w.memory);
}

#undef PADDED
#undef PANEL
#undef ROWS_AT_ONCE
#undef WIDEST
#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED

#endif
