#include "OneDNN.h"

#include "CKernels.h"
#include "COneDNN.h"

#ifdef RACNN_ONEDNN

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static void start(void) {
  if (stream) return;
  if (!engine && dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return;
  dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
}

dnnl_engine_t racnn_engine(void) {
  start();
  return engine;
}

dnnl_stream_t racnn_stream(void) {
  start();
  return stream;
}

int racnn_execute(dnnl_primitive_t primitive, int count, const dnnl_exec_arg_t *arguments) {
  racnn_signals before;
  racnn_hold_signals(&before);
  dnnl_status_t status = dnnl_primitive_execute(primitive, racnn_stream(), count, arguments);
  if (status == dnnl_success) status = dnnl_stream_wait(racnn_stream());
  racnn_release_signals(&before);
  return status != dnnl_success;
}

int racnn_preferred_block(void) {
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16 : 8;
}

void racnn_onednn_version(int *major, int *minor, int *patch) {
  const dnnl_version_t *version = dnnl_version();
  *major = version->major;
  *minor = version->minor;
  *patch = version->patch;
}

int racnn_matrix_product(
    int transpose_a, int transpose_b, long m, long n, long k, const float *a, long lda, const float *b, long ldb,
    float *c, long ldc) {
  racnn_signals before;
  racnn_hold_signals(&before);
  dnnl_status_t status =
      dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  racnn_release_signals(&before);
  return status != dnnl_success;
}

#endif
