#ifndef RACNN_CONEDNN_H
#define RACNN_CONEDNN_H

#include <stddef.h>

// The few oneDNN calls that we use. All of it is called from one thread, the one whose OpenMP pool
// computes. Without RACNN_ONEDNN there is nothing of it.

/// Channels a block of the activations that suit this processor: 16 with AVX-512, else 8.
int racnn_preferred_block(void);
/// Of the library that runs.
void racnn_onednn_version(int *major, int *minor, int *patch);

enum { RACNN_FORWARD = 0, RACNN_DATA_GRADIENT = 1, RACNN_WEIGHTS_GRADIENT = 2 };

/// A convolution to be computed. Channel counts are those of the tensors; where a block is more
/// than 1, the tensor is blocked, its channels rounded up and the lanes beyond the last zero.
typedef struct {
  int kind;
  int batch, groups, inputs, outputs;
  int height, width, out_height, out_width;
  int kernel_height, kernel_width, stride, dilation;
  int top, left;
  int input_block, output_block;
  /// Forward only: 0 none, 1 max(0, x), 2 min(max(0, x), 6).
  int activation;
  /// Forward only.
  int has_bias;
  /// Forward only: whether another tensor is added before the activation.
  int adds;
} racnn_convolution;

typedef struct racnn_primitive racnn_primitive;

/// NULL when oneDNN has no implementation.
racnn_primitive *racnn_convolution_create(const racnn_convolution *problem);
void racnn_primitive_destroy(racnn_primitive *primitive);

/// Floats that the weights take in the primitive's own layout, and that it scribbles on.
size_t racnn_convolution_packed_count(const racnn_primitive *primitive);
size_t racnn_primitive_scratch_count(const racnn_primitive *primitive);

/// Whether two primitives have one layout for the weights.
int racnn_convolution_packs_alike(const racnn_primitive *one, const racnn_primitive *other);

/// Between weights [outputs][inputs / groups][rows][columns] and the primitive's layout.
/// `padded` holds racnn_convolution_padded_count floats, or is unused when that is 0. Returns 0 on success.
size_t racnn_convolution_padded_count(const racnn_primitive *primitive);
int racnn_convolution_pack(racnn_primitive *primitive, const float *weights, float *packed, float *padded);
int racnn_convolution_unpack(racnn_primitive *primitive, const float *packed, float *weights, float *padded);

/// Runs the primitive: forward reads input, packed weights and bias (rounded up to the block) and
/// writes output, with `added`, which lies as it, in the sum; the gradients write input, or packed weights, from the
/// others. Returns 0 on success.
int racnn_convolution_run(
    racnn_primitive *primitive, float *input, float *packed, const float *bias, const float *added, float *output,
    float *scratch);

/// C [m][n] = A [m][k] * B [k][n], row-major; a transposed operand lies as [k][m] or [n][k].
int racnn_matrix_product(
    int transpose_a, int transpose_b, long m, long n, long k, const float *a, long lda, const float *b, long ldb,
    float *c, long ldc);

#endif
