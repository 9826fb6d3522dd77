#include "Kernels.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#ifdef RACNN_ONEDNN
// libgomp's entry points, declared here since Swift's clang ships no omp.h: oneDNN computes on
// the same pool of threads, so that ours do not compete with its own.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int count);
#endif

typedef struct {
  size_t count;
  void *context;
  void (*body)(void *context, size_t begin, size_t end);
} job;

#ifdef RACNN_ONEDNN
static void nothing(void *data) { (void)data; }

static void *hold_a_team(void *data) {
  GOMP_parallel(nothing, NULL, 2, 0);
  for (;;) pause();
  return data;
}
#endif

// libgomp's threads wait for one another in a loop of 300,000 turns, milliseconds, before they
// sleep: time taken from the threads that decode photos, and from anything else on the machine.
// It turns only 100 times when it manages more threads than there are processors, so a second
// team is started that does nothing, unless GOMP_SPINCOUNT, which is read before main, says how
// often to turn. On two cores shared with others, training tf_efficientnet_lite0 at 128 pixels took
// 0.03 CPU seconds a photo in place of 0.1 to 0.27.
void racnn_share_processors(void) {
#ifdef RACNN_ONEDNN
  if (getenv("GOMP_SPINCOUNT")) return;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_create(&thread, &attributes, hold_a_team, NULL);
  pthread_attr_destroy(&attributes);
#endif
}

void racnn_set_threads(int count) {
#ifdef RACNN_ONEDNN
  omp_set_num_threads(count < 1 ? 1 : count);
#else
  (void)count;
#endif
}

int racnn_threads(void) {
#ifdef RACNN_ONEDNN
  return omp_get_max_threads();
#else
  return 1;
#endif
}

#ifdef RACNN_ONEDNN
static void run_share(void *data) {
  const job *j = data;
  size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num();
  size_t begin = j->count * thread / threads, end = j->count * (thread + 1) / threads;
  if (begin < end) j->body(j->context, begin, end);
}
#endif

void racnn_ranges(size_t count, void *context,
                  void (*body)(void *context, size_t begin, size_t end)) {
  if (count == 0) return;
#ifdef RACNN_ONEDNN
  size_t threads = racnn_smaller(count, (size_t)racnn_threads());
  if (threads > 1) {
    job j = {count, context, body};
    // Threads that libgomp makes here inherit that signals wait, as they must: oneDNN computes on
    // them too.
    racnn_signals before;
    racnn_hold_signals(&before);
    GOMP_parallel(run_share, &j, (unsigned)threads, 0);
    racnn_release_signals(&before);
    return;
  }
#endif
  body(context, 0, count);
}

// Spans of floats, in pieces of 4,096 (16 KiB, whole pages on both sides of a cut).

enum { PIECE = 4096, LARGE = 32768 };

typedef struct {
  size_t count;
  void *context;
  void (*body)(void *context, size_t begin, size_t end);
} span_job;

static void run_pieces(void *context, size_t begin, size_t end) {
  const span_job *j = context;
  j->body(j->context, begin * PIECE, racnn_smaller(end * PIECE, j->count));
}

void racnn_spans(size_t count, void *context,
                 void (*body)(void *context, size_t begin, size_t end)) {
  if (count <= LARGE) {
    if (count > 0) body(context, 0, count);
    return;
  }
  span_job j = {count, context, body};
  racnn_ranges((count + PIECE - 1) / PIECE, &j, run_pieces);
}

static void *aligned(size_t count, size_t size) {
  size_t bytes = (count * size + 63) / 64 * 64;
  void *memory = aligned_alloc(64, bytes == 0 ? 64 : bytes);
  if (memory == NULL) {
    fprintf(stderr, "CKernels: no memory for %zu bytes of scratch\n", bytes);
    abort();
  }
  return memory;
}

float *racnn_floats(size_t count) { return aligned(count, sizeof(float)); }
double *racnn_doubles(size_t count) { return aligned(count, sizeof(double)); }

uint8_t *racnn_bytes_and_one(const uint8_t *x, size_t count) {
  uint8_t *copy = aligned(count + 1, 1);
  memcpy(copy, x, count);
  copy[count] = 0;
  return copy;
}

#if defined(__x86_64__)
int racnn_instruction_set(void) {
  // A racing first call computes the same value twice, which is harmless.
  static _Atomic int cached = -1;
  int set = cached;
  if (set < 0) {
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("f16c");
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    set = avx2 ? (avx512 ? 2 : 1) : 0;
    cached = set;
  }
  return set;
}

const char *racnn_instruction_set_name(void) {
  static const char *const names[] = {"baseline", "AVX2", "AVX-512"};
  return names[racnn_instruction_set()];
}
#else
const char *racnn_instruction_set_name(void) { return "baseline"; }
#endif
