#ifndef RACNN_CKERNELS_H
#define RACNN_CKERNELS_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

// Kernels of our own. Activations of `channels` channels come in one of two layouts:
// block == 1: row-major [batch][channel][row][column];
// block == 8 or 16: [batch][channel / block][row][column][block], channels rounded up and the
// lanes beyond the last channel zero (each kernel keeps them so).
// `area` is rows times columns. Pointers are aligned as what they point to.

enum { RACNN_ACTIVATION_NONE = 0, RACNN_ACTIVATION_RELU = 1, RACNN_ACTIVATION_RELU6 = 2 };

// Parallel.c: the pool of threads is OpenMP's, the one that oneDNN computes on.

/// Lets idle threads sleep soon, so that others get their processors; to be called once.
void racnn_share_processors(void);
/// Sets how many threads kernels and oneDNN use when called from this thread.
void racnn_set_threads(int count);
int racnn_threads(void);

/// The best instruction set that kernels have loops for and this processor has: "AVX-512", "AVX2", or
/// "baseline" for what every one has.
const char *racnn_instruction_set_name(void);

// Signals.c

typedef sigset_t racnn_signals;
/// Lets this thread's signals wait, as they must while oneDNN computes; and no longer.
void racnn_hold_signals(racnn_signals *before);
void racnn_release_signals(const racnn_signals *before);

// Layout.c

void racnn_to_blocked(const float *plain, float *blocked, int batch, int channels, int area, int block);
void racnn_to_plain(const float *blocked, float *plain, int batch, int channels, int area, int block);

// Elementwise.c: same-shaped buffers of `count` floats, in threads where large.

/// y = x.
void racnn_copy(const float *x, float *y, size_t count);
/// y = activation(a + b); y may be a or b.
void racnn_add(const float *a, const float *b, float *y, size_t count, int activation);
/// The greatest of the values without their signs, NaN if one is NaN.
float racnn_greatest_magnitude(const float *x, size_t count);
/// y = x * scale.
void racnn_scale(const float *x, float scale, float *y, size_t count);
/// y = activation(x).
void racnn_activate(const float *x, float *y, size_t count, int activation);
/// dx = dy where the activation's output y lies in its open range, else 0; dx may be dy.
void racnn_activation_gradient(const float *y, const float *dy, float *dx, size_t count, int activation);

// ThinProduct.c: products of a few rows.

/// c [m][n] = a [m][k] times b [n][k] transposed.
void racnn_thin_product(size_t m, size_t n, size_t k, const float *a, const float *b, float *c);
/// The same with each row of b whole numbers times a scale.
void racnn_thin_product_of_bytes(size_t m, size_t n, size_t k, const float *a, const int8_t *b,
                                 const float *scales, float *c);

/// What an activation made, whose gradient counts only where it lies in the open range; NULL: there was none.
typedef struct {
  const float *output;
  int activation;
} racnn_activated;

// Winograd.c: convolutions of 3x3 at stride 1, in blocked layouts, by less arithmetic.

typedef struct {
  int batch, inputs, outputs, block;
  int height, width, outHeight, outWidth;
  int top, left;
  /// The outputs are the greatest of each two by two, `outHeight / 2` by `outWidth / 2` in number.
  int pools;
} racnn_winograd;
/// Whether there is code for the block on this processor.
int racnn_winograd_runs(const racnn_winograd *p);
/// Floats of the packed weights, and of working memory for the current number of threads.
size_t racnn_winograd_packed_count(const racnn_winograd *p);
size_t racnn_winograd_scratch_count(const racnn_winograd *p);
size_t racnn_winograd_gradient_scratch_count(const racnn_winograd *p);
/// Packs weights [outputs][inputs][3][3]; or, `reversed`, weights [inputs][outputs][3][3] for the
/// gradient to the data, which is the convolution `p` with them turned by 180 degrees.
void racnn_winograd_pack(const racnn_winograd *p, const float *weights, int reversed, float *packed);
/// The bias has a value for each lane of the blocks, or is NULL. y = activation(sums + bias + added), where `added`
/// lies as y, or is NULL, as it must be where outputs are pooled.
void racnn_winograd_forward(const racnn_winograd *p, const float *x, const float *packed, const float *bias,
                            const float *added, int activation, float *y, float *scratch);
/// dx, the gradient of what x was made from, is the convolution `p` of dy with weights that were packed `reversed`.
void racnn_winograd_data_gradient(const racnn_winograd *p, const float *dy, const float *packed, racnn_activated x,
                                  float *dx, float *scratch);
/// dweights is [outputs][inputs][3][3].
void racnn_winograd_weights_gradient(const racnn_winograd *p, const float *x, const float *dy,
                                     float *dweights, float *scratch);

// Pooling.c (blocked or plain)

/// [N, C, area] -> [N, C] (the output is plain).
void racnn_global_average(const float *x, float *y, int batch, int channels, int area, int block);
void racnn_global_average_gradient(const float *dy, float *dx, int batch, int channels, int area, int block);
/// [N, C, area] -> [C]: sums over batch and area (bias gradients).
void racnn_channel_sums(const float *x, float *sums, int batch, int channels, int area, int block);

typedef struct {
  int batch, channels, block;
  int height, width, outHeight, outWidth;
  int window, stride, top, left;
} racnn_pool;
void racnn_max_pool(const racnn_pool *p, const float *x, float *y);
/// Each output's gradient goes to the first maximum of its window, row by row.
void racnn_max_pool_gradient(const racnn_pool *p, const float *x, const float *dy, float *dx);
void racnn_average_pool(const racnn_pool *p, int countsPadding, const float *x, float *y);
void racnn_average_pool_gradient(const racnn_pool *p, int countsPadding, const float *dy, float *dx);

// Normalization.c: batch norm with batch statistics, with the activation fused.

/// Mean and biased variance [C], in one pass.
void racnn_batch_moments(const float *x, float *mean, float *variance, int batch, int channels, int area, int block);
/// y = activation((x - mean) / sqrt(variance + epsilon) * scale + shift).
void racnn_normalize(const float *x, const float *scale, const float *shift, float epsilon, int activation,
                     const float *mean, const float *variance, float *y, int batch, int channels, int area, int block);
/// Two passes. The activation's mask is recomputed from x.
void racnn_batch_norm_gradient(const float *x, const float *dy, const float *scale, const float *shift, float epsilon,
                               int activation, const float *mean, const float *variance, float *dx, float *dscale,
                               float *dshift, int batch, int channels, int area, int block);

// Depthwise.c: one filter a channel, blocked layouts only (block 8 or 16).

typedef struct {
  int batch, channels, block;
  int height, width, outHeight, outWidth;
  int kernelHeight, kernelWidth, stride, dilation, top, left;
} racnn_depthwise;
/// weights [channels][kh][kw] row-major (plain), bias [channels] or NULL; y = activation(conv + bias).
void racnn_depthwise_forward(const racnn_depthwise *p, const float *x, const float *weights, const float *bias,
                             int activation, float *y);
/// dy is the gradient of y, and dx that of what x was made from.
void racnn_depthwise_data_gradient(const racnn_depthwise *p, const float *dy, racnn_activated y,
                                   const float *weights, racnn_activated x, float *dx);
/// dweights [channels][kh][kw], dbias [channels] or NULL; both overwritten.
void racnn_depthwise_weights_gradient(const racnn_depthwise *p, const float *x, const float *dy,
                                      racnn_activated y, float *dweights, float *dbias);

// InvertedResidual.c: a block of three convolutions at once (blocked).

typedef struct {
  /// Among `channels`, the expanded ones.
  racnn_depthwise depthwise;
  int inputs, outputs;
  int expandActivation, depthwiseActivation, activation;
} racnn_inverted_residual;

/// A convolution's weights, [outputs][inputs] or [channels][kh][kw], and its bias, [outputs] or NULL; all plain.
typedef struct {
  const float *weights, *bias;
} racnn_filters;

/// y = activation(project(depthwise(expand(x))) + added), each with its bias and activation. Where `expand.weights`
/// is NULL nothing is expanded, and inputs are channels; `added` lies as y, or is NULL. Sums go in the order
/// of the channels.
void racnn_inverted_residual_forward(const racnn_inverted_residual *p, const float *x, racnn_filters expand,
                                     racnn_filters depthwise, racnn_filters project, const float *added, float *y);

// Render.c: a part of a photo as a square of normalised samples.

typedef struct {
  int width, height;  // of the photo, at least 1
  int size;           // of the square, at least 1
  double x, y, wide, high;  // the part, in units of the photo's sides
  int is_flipped;           // left is right
  // Of a pixel's colour: gain (saturation colour + grey luma) + offset.
  float saturation, grey;
  float gain[3], offset[3];
} racnn_rendering;

/// Bilinearly, from pixels [height][width][3] to y [3][size][size], at any address; by the caller's thread alone.
void racnn_render(const racnn_rendering *r, const uint8_t *pixels, float *y);

// Resize.c: the passes of resizing pixels [height][width][3], any addresses; by the caller's thread alone.

/// The fraction's bits in a weight: a sum of samples of 8 bits leaves two to spare.
enum { RACNN_RESIZE_BITS = 22 };

/// Which samples along one side make one of the result, and where their weights begin in a table.
typedef struct {
  int32_t start, count, offset;
} racnn_window;

/// x [rows][width][3] to y [rows][newWidth][3].
void racnn_resize_rows(const racnn_window *windows, const int32_t *weights, const uint8_t *x, int width, int rows,
                       uint8_t *y, int newWidth);
/// x [height][width][3] to y [newHeight][width][3].
void racnn_resize_columns(const racnn_window *windows, const int32_t *weights, const uint8_t *x, int width,
                          uint8_t *y, int newHeight);

// SampleBox.c: antialiased zoom of a box with a soft mask (see Tensors' sampleBox).

/// source [N, C, side, side] plain, boxes [N, 3] (tx, ty, tl in units of the side), y [N, C, size, size] plain.
/// edge <= 0: no mask.
void racnn_sample_box(const float *source, const float *boxes, float *y, int batch, int channels, int side, int size,
                      float edge);
/// dsource (overwritten) or dboxes may be NULL.
void racnn_sample_box_gradient(const float *source, const float *boxes, const float *dy, float *dsource, float *dboxes,
                               int batch, int channels, int side, int size, float edge);

// Attention.c: softmax(q k^T scale + masks) v, a head at a time; see Tensors' attention.

/// `heads` heads of `width` columns lie side by side in a token's row, `pitch` floats from the next.
typedef struct {
  int batch, heads, queries, keys, width, valueWidth;
  size_t queryPitch, keyPitch, valuePitch, outputPitch;
  float scale;
  /// Query i sees keys up to i + offset.
  int isCausal, offset;
  /// [batch][keys], zero hides a key; or NULL.
  const float *keyMask;
  /// [queries][keys] for each photo and head, added to the scores, at these distances; or NULL.
  const float *bias;
  size_t biasBatch, biasHead;
  float dropRate;
  uint64_t seed;
} racnn_attention;
/// logSums [batch][heads][queries] is kept for the gradient.
void racnn_attention_forward(const racnn_attention *p, const float *q, const float *k, const float *v, float *y,
                             float *logSums);
void racnn_attention_gradient(const racnn_attention *p, const float *q, const float *k, const float *v, const float *y,
                              const float *logSums, const float *dy, float *dq, float *dk, float *dv);

// LayerNorm.c: rows of `columns` floats, plain.

/// means and inverses (of the deviations) [rows] are kept for the gradient.
void racnn_layer_norm(const float *x, const float *scale, const float *shift, float epsilon, float *y, float *means,
                      float *inverses, size_t rows, size_t columns);
void racnn_layer_norm_gradient(const float *x, const float *dy, const float *scale, const float *means,
                               const float *inverses, float *dx, float *dscale, float *dshift, size_t rows,
                               size_t columns);
/// y = x + bias, [columns], in each row; y may be x.
void racnn_add_to_rows(const float *x, const float *bias, float *y, size_t rows, size_t columns);
/// sums [columns] of all rows.
void racnn_row_sum(const float *x, float *sums, size_t rows, size_t columns);

// Rows.c: rows of `columns` floats, plain, each with a factor.

void racnn_scale_rows(const float *x, const float *factors, float *y, size_t rows, size_t columns);
void racnn_scale_rows_gradient(const float *x, const float *factors, const float *dy, float *dx, float *dfactors,
                               size_t rows, size_t columns);

// GELU.c

void racnn_gelu(const float *x, float *y, size_t count);
void racnn_gelu_gradient(const float *x, const float *dy, float *dx, size_t count);
/// The tanh form.
void racnn_gelu_tanh(const float *x, float *y, size_t count);
void racnn_gelu_tanh_gradient(const float *x, const float *dy, float *dx, size_t count);

// Optimizers.c: a step, or one half of it, in one pass over a parameter.

/// The first half takes the gradient in, the second moves the weight.
enum { RACNN_GATHERS = 1, RACNN_MOVES = 2 };
/// PyTorch's SGD: velocity = momentum * velocity + (gradient + decay * weight), then weight -= rate * velocity.
void racnn_sgd(int halves, float *weight, const float *gradient, float *velocity, size_t count, float rate,
               float momentum, float decay);
/// PyTorch's AdamW; step counts from 1.
void racnn_adamw(int halves, float *weight, const float *gradient, float *mean, float *square, size_t count,
                 float rate, float beta1, float beta2, float epsilon, float decay, int step);

// Recurrent.c: one step of a recurrent layer, row-major; `gates` is 4 for LSTM and 3 for GRU.

typedef struct {
  /// Sequences, units, gates.
  size_t count, width, gates;
  /// [count][gates][width]: what inputs and states add to the gates; [gates][width].
  const float *projected, *product, *bias;
  /// [count][4][width]: kept for the gradient.
  float *activations;
  /// [count][width]: the states before and after the step, the second of an LSTM alone.
  const float *before[2];
  float *after[2];
  /// Of the gradient alone: of the states after the step, from the layer above; those from later
  /// steps, which become those of the states before; of both products.
  const float *gradient[2];
  float *carry[2], *dprojected, *dproduct;
} racnn_recurrent_step;
void racnn_lstm(const racnn_recurrent_step *s);
void racnn_lstm_gradient(const racnn_recurrent_step *s);
void racnn_gru(const racnn_recurrent_step *s);
void racnn_gru_gradient(const racnn_recurrent_step *s);

#endif
