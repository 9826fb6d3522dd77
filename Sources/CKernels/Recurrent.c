#ifndef TARGET

// One step of LSTM and GRU after their products: gates, states, and the gradients of both.

#include "Kernels.h"

#define FAMILY "Recurrent.c"
#include "ForEachTarget.h"

// Starting threads costs more than a small step.
static void run(const racnn_recurrent_step *s, void (*body)(void *, size_t, size_t)) {
  if (s->count * s->width < 1 << 15)
    body((void *)s, 0, s->count);
  else
    racnn_ranges(s->count, (void *)s, body);
}

void racnn_lstm(const racnn_recurrent_step *s) { run(s, PICK(lstm)); }
void racnn_lstm_gradient(const racnn_recurrent_step *s) { run(s, PICK(lstm_gradient)); }
void racnn_gru(const racnn_recurrent_step *s) { run(s, PICK(gru)); }
void racnn_gru_gradient(const racnn_recurrent_step *s) { run(s, PICK(gru_gradient)); }

#else

#include "VectorMath.h"

INLINE VECTOR TARGETED(tangent)(VECTOR x) { return 2 * TARGETED(logistic)(2 * x) - 1; }

#define FOR_EACH_UNIT                                                                 \
  const racnn_recurrent_step s = *(const racnn_recurrent_step *)context;              \
  for (size_t n = begin; n < end; n++)                                                \
    for (size_t i = 0, w = s.width; i < w; i += LANES)

#define LOAD(from, row) TARGETED(load)((from) + (row) * w + i, w - i, 0)
// The value of a gate in the inputs' product, in the states' with its bias, and a kept value.
#define OUTER(gate) LOAD(s.projected, n * s.gates + (gate))
#define INNER(gate) (LOAD(s.product, n * s.gates + (gate)) + LOAD(s.bias, gate))
#define KEPT(index) LOAD(s.activations, n * 4 + (index))
#define STORE(to, row, value) TARGETED(store)((to) + (row) * w + i, w - i, value)

static void TARGETED(lstm)(void *context, size_t begin, size_t end) {
  FOR_EACH_UNIT {
    VECTOR open = TARGETED(logistic)(OUTER(0) + INNER(0));
    VECTOR keep = TARGETED(logistic)(OUTER(1) + INNER(1));
    VECTOR candidate = TARGETED(tangent)(OUTER(2) + INNER(2));
    VECTOR out = TARGETED(logistic)(OUTER(3) + INNER(3));
    VECTOR cell = keep * LOAD(s.before[1], n) + open * candidate;
    STORE(s.after[1], n, cell);
    STORE(s.after[0], n, out * TARGETED(tangent)(cell));
    STORE(s.activations, n * 4, open);
    STORE(s.activations, n * 4 + 1, keep);
    STORE(s.activations, n * 4 + 2, candidate);
    STORE(s.activations, n * 4 + 3, out);
  }
}

static void TARGETED(lstm_gradient)(void *context, size_t begin, size_t end) {
  FOR_EACH_UNIT {
    VECTOR open = KEPT(0), keep = KEPT(1), candidate = KEPT(2), out = KEPT(3);
    VECTOR hidden = LOAD(s.carry[0], n) + LOAD(s.gradient[0], n);
    VECTOR squashed = TARGETED(tangent)(LOAD(s.after[1], n));
    VECTOR cell = LOAD(s.carry[1], n) + LOAD(s.gradient[1], n) +
                  hidden * out * (1 - squashed * squashed);
    STORE(s.dprojected, n * 4, cell * candidate * open * (1 - open));
    STORE(s.dprojected, n * 4 + 1, cell * LOAD(s.before[1], n) * keep * (1 - keep));
    STORE(s.dprojected, n * 4 + 2, cell * open * (1 - candidate * candidate));
    STORE(s.dprojected, n * 4 + 3, hidden * squashed * out * (1 - out));
    STORE(s.carry[0], n, (VECTOR)0);
    STORE(s.carry[1], n, cell * keep);
  }
}

static void TARGETED(gru)(void *context, size_t begin, size_t end) {
  FOR_EACH_UNIT {
    VECTOR reset = TARGETED(logistic)(OUTER(0) + INNER(0));
    VECTOR update = TARGETED(logistic)(OUTER(1) + INNER(1));
    VECTOR inner = INNER(2);
    VECTOR candidate = TARGETED(tangent)(OUTER(2) + reset * inner);
    STORE(s.after[0], n, (1 - update) * candidate + update * LOAD(s.before[0], n));
    STORE(s.activations, n * 4, reset);
    STORE(s.activations, n * 4 + 1, update);
    STORE(s.activations, n * 4 + 2, candidate);
    STORE(s.activations, n * 4 + 3, inner);
  }
}

static void TARGETED(gru_gradient)(void *context, size_t begin, size_t end) {
  FOR_EACH_UNIT {
    VECTOR reset = KEPT(0), update = KEPT(1), candidate = KEPT(2), inner = KEPT(3);
    VECTOR hidden = LOAD(s.carry[0], n) + LOAD(s.gradient[0], n);
    VECTOR outer = hidden * (1 - update) * (1 - candidate * candidate);
    VECTOR dreset = outer * inner * reset * (1 - reset);
    VECTOR dupdate = hidden * (LOAD(s.before[0], n) - candidate) * update * (1 - update);
    STORE(s.dprojected, n * 3, dreset);
    STORE(s.dprojected, n * 3 + 1, dupdate);
    STORE(s.dprojected, n * 3 + 2, outer);
    STORE(s.dproduct, n * 3, dreset);
    STORE(s.dproduct, n * 3 + 1, dupdate);
    STORE(s.dproduct, n * 3 + 2, outer * reset);
    STORE(s.carry[0], n, hidden * update);
  }
}

#undef FOR_EACH_UNIT
#undef LOAD
#undef OUTER
#undef INNER
#undef KEPT
#undef STORE
#undef LANES
#undef VECTOR
#undef INTEGERS
#undef UNROLLED

#endif
