#ifndef TARGET

// One axis of the sampling is a banded matrix A [size, side] of an image's box: row i holds
// Pillow's antialiased bilinear weights of output i, summing to 1, times the mask of their columns.
// With A for the columns and B for the rows, each channel is y = B source A^T, and going back
//
//   dsource = B^T dy A
//   dA [i][j] = sum over rows r of dy[r][i] (B source)[r][j]
//   dB [r][s] = sum over columns j of (dy A)[r][j] source[s][j]
//
// so that the box's gradient is the sum of dA and dB times the derivatives of A and B by the centre
// and the half-side. Both directions work on 16 rows of the output at a time. Products along the
// source's rows have neighbours beside each other in memory; for those along the output's rows
// the 16 rows are transposed, which makes each of them a lane.
//
// Measured on an AVX-512 core, one thread, 8 images of 3 channels from 448 to 224: the whole source
// 3.2 ms, to the box 5.0 ms, to both 6.5 ms; a box of half its side 1.0, 2.2 and 4.5 ms.

#include "Kernels.h"

// One axis of one image: row i has `count` taps from column first[i] on.
typedef struct {
  int *first, *count;
  float *weights, *byCenter, *byHalf;  // [size][width]
  int width;                           // the widest band
  int begin, end;                      // the columns that any row touches
} axis;

typedef struct {
  const float *source, *dy;
  float *y, *dsource;
  double *partial;  // [batch * channels][3]
  const axis *axes;  // columns' and rows' of each image
  size_t channels, side, size;
} sampling;

// The widest that a band can be where the box's side is at most `half` sources long.
static int band_width(double half, int side, int size) {
  double reach = fmax(1, 2 * half * side / size);
  return (int)fmin(side, 2 * ceil(reach) + 2);
}

static axis make_axis(double center, double half, int side, int size, double edge, int derivatives) {
  int width = racnn_most(1, band_width(half, side, size));
  size_t count = (size_t)size * (size_t)width;
  axis a = {.width = width, .begin = side, .end = 0};
  a.first = malloc(2 * (size_t)size * sizeof(int));
  a.count = a.first + size;
  a.weights = racnn_floats(3 * count);
  a.byCenter = a.weights + count;
  a.byHalf = a.weights + 2 * count;
  // The mask of each column and its derivatives.
  double *mask = racnn_doubles(3 * (size_t)side), *maskCenter = mask + side;
  double *maskHalf = mask + 2 * side;
  double scale = 2 * half * side / size, reach = fmax(1, scale);
  double reachByHalf = scale >= 1 ? 2.0 * side / size : 0;
  // Both within the picture, wherever the box lies.
  int low = (int)fmin(side, fmax(0, side * (center - half) - reach - 2));
  int high = (int)fmax(low, fmin(side, side * (center + half) + reach + 3));
  for (int j = low; j < high; j++) {
    double at = (j + 0.5) / side;
    if (edge > 0) {
      double h1 = 1 / (1 + exp(-edge * (at - (center - half))));
      double h2 = 1 / (1 + exp(-edge * (at - (center + half))));
      double slope1 = edge * h1 * (1 - h1), slope2 = edge * h2 * (1 - h2);
      mask[j] = h1 - h2;
      maskCenter[j] = slope2 - slope1;
      maskHalf[j] = slope1 + slope2;
    } else {
      mask[j] = 1;
      maskCenter[j] = maskHalf[j] = 0;
    }
  }
  for (int i = 0; i < size; i++) {
    double middle = side * (center - half) + scale * (i + 0.5);
    double middleByHalf = side * (2 * (i + 0.5) / size - 1);
    // Columns whose centre is nearer than `reach`.
    int first = (int)fmin(high, fmax(low, floor(middle - reach - 0.5)));
    while (first < high && fabs(first + 0.5 - middle) >= reach) first++;
    double sum = 0, sumByCenter = 0, sumByHalf = 0;
    int n = 0;
    float *w = a.weights + (size_t)i * (size_t)width, *c = a.byCenter + (size_t)i * (size_t)width;
    float *h = a.byHalf + (size_t)i * (size_t)width;
    for (; n < width && first + n < high; n++) {
      double away = first + n + 0.5 - middle;
      if (fabs(away) >= reach) break;
      sum += 1 - fabs(away) / reach;
      double slope = (away > 0) - (away < 0);  // towards the middle, times the reach
      sumByCenter += slope / reach * side;
      sumByHalf += slope / reach * middleByHalf + fabs(away) / (reach * reach) * reachByHalf;
    }
    for (int k = 0; k < n; k++) {
      int j = first + k;
      double away = j + 0.5 - middle, slope = (away > 0) - (away < 0);
      double weight = (1 - fabs(away) / reach) / sum;
      w[k] = (float)(weight * mask[j]);
      if (!derivatives) continue;
      double byCenter = (slope / reach * side - weight * sumByCenter) / sum;
      double byHalf = (slope / reach * middleByHalf +
                       fabs(away) / (reach * reach) * reachByHalf - weight * sumByHalf) / sum;
      c[k] = (float)(byCenter * mask[j] + weight * maskCenter[j]);
      h[k] = (float)(byHalf * mask[j] + weight * maskHalf[j]);
    }
    a.first[i] = first;
    a.count[i] = n;
    if (n > 0) {
      a.begin = racnn_least(a.begin, first);
      a.end = racnn_most(a.end, first + n);
    }
  }
  a.begin = racnn_least(a.begin, a.end);
  // Where nothing is read, offsets are to be within the picture none the less.
  for (int i = 0; i < size; i++) {
    if (a.count[i] == 0) a.first[i] = a.begin;
  }
  free(mask);
  return a;
}

static axis *make_axes(const float *boxes, int batch, int side, int size, float edge,
                       int derivatives) {
  axis *axes = malloc(2 * (size_t)batch * sizeof(axis));
  for (int n = 0; n < batch; n++) {
    const float *box = boxes + 3 * n;
    axes[2 * n] = make_axis(box[0], box[2], side, size, edge, derivatives);
    axes[2 * n + 1] = make_axis(box[1], box[2], side, size, edge, derivatives);
  }
  return axes;
}

static void release(axis *axes, int batch) {
  for (int i = 0; i < 2 * batch; i++) {
    free(axes[i].first);
    free(axes[i].weights);
  }
  free(axes);
}

#define FAMILY "SampleBox.c"
#include "ForEachTarget.h"

void racnn_sample_box(const float *source, const float *boxes, float *y, int batch, int channels,
                      int side, int size, float edge) {
  axis *axes = make_axes(boxes, batch, side, size, edge, 0);
  sampling l = {.source = source, .y = y, .axes = axes, .channels = (size_t)channels,
                .side = (size_t)side, .size = (size_t)size};
  racnn_ranges((size_t)batch * (size_t)channels, &l, PICK(sample));
  release(axes, batch);
}

void racnn_sample_box_gradient(const float *source, const float *boxes, const float *dy,
                               float *dsource, float *dboxes, int batch, int channels, int side,
                               int size, float edge) {
  axis *axes = make_axes(boxes, batch, side, size, edge, dboxes != NULL);
  size_t count = (size_t)batch * (size_t)channels;
  double *partial = dboxes == NULL ? NULL : racnn_doubles(3 * count);
  sampling l = {.source = source, .dy = dy, .dsource = dsource, .partial = partial, .axes = axes,
                .channels = (size_t)channels, .side = (size_t)side, .size = (size_t)size};
  racnn_ranges(count, &l, PICK(sample_gradient));
  for (int i = 0; partial != NULL && i < 3 * batch; i++) {
    double sum = 0;
    for (int c = 0; c < channels; c++) sum += partial[(i / 3 * channels + c) * 3 + i % 3];
    dboxes[i] = (float)sum;
  }
  free(partial);
  release(axes, batch);
}

#else

#include "SampleBoxLoops.h"

#endif
