#ifndef TARGET

// Winograd's convolution F(4x4, 3x3) (Lavin, Gray, "Fast Algorithms for Convolutional Neural
// Networks", CVPR 2016): 36 products a channel for 16 outputs in place of 144. A tile of 6x6
// inputs is transformed, multiplied with the transformed weights element by element (which over
// all tiles is 36 matrix products), and transformed back to 4x4 outputs.
//
// The gradient to the data is the same with the weights turned by 180 degrees. That to the weights
// is the transpose of the forward pass: both sides are transformed, and the products summed over
// the tiles.
//
// Measured on an AVX-512 core (its peak is 269), one picture, in GFLOP/s of the direct sum's
// operations, with weights that were transformed before (small ones are now at each call); the gradient
// to the weights with its transform back:
//
//   channels   map    forward   to the weights
//   16         56, 7  359 171   330  84
//   32         56, 7  724 438   705 131
//   64         56, 7  879 587   821 142
//   128        56, 7  993 623   904 131
//   512        56,14  875 453   732 148
//
// With AVX2 (peak near 130): 420 to 500 forward, 340 to 440 to the weights, from 64 channels on
// maps of 28 and more. To the weights of one tiny map the direct sum may be faster.

#include "Kernels.h"

enum { SIDE = 6, STEP = 4, POINTS = SIDE * SIDE };
/// Input channels of a product at a time: two blocks of outputs of so many weights stay in the first
/// cache for all tiles, and their 36 planes in the second.
enum { DEPTH = 64 };

typedef struct {
  racnn_winograd p;
  const float *x, *dy, *weights, *bias, *added, *mask;
  float *y;
  int reversed;
  // Transformed tiles of the inputs, and of the outputs: [36][blocks][room][block].
  float *in, *out;
  // Weights: [pairs of blocks of outputs][inputs][9][2][block]. Transformed, of the blocks of inputs
  // in work, and of all pairs or of one a thread: [pairs][36][inputs][2][block].
  float *packed, *transformed;
  racnn_range range, open;  // The outputs are zero where the mask lies not in the open range.
  size_t inBlocks, outBlocks;  // The outputs' blocks are rounded up to an even number.
  size_t inPlane, outPlane;    // Floats of one of the 36 planes, as is `weightPlane`.
  size_t rows, columns, tiles; // Tiles a picture down and across, and of the batch.
  size_t first, count, room;   // The tiles in work, and how many there is memory for.
  size_t weightPlane;
  size_t firstBlock, blocks;   // The blocks of inputs in work,
  size_t depth;                // and how many there is memory for.
} winograd;

#define FAMILY "Winograd.c"
#include "ForEachTarget.h"

#if defined(__x86_64__)
#define PICK_BY_BLOCK(name, block) \
  ((block) == 16 ? name##_avx512 : racnn_instruction_set() >= 1 ? name##_avx2 : name##_baseline)
#else
#define PICK_BY_BLOCK(name, block) name##_baseline
#endif

static winograd prepared(const racnn_winograd *p) {
  winograd w = {.p = *p};
  w.inBlocks = racnn_blocks(p->inputs, p->block);
  w.outBlocks = (racnn_blocks(p->outputs, p->block) + 1) / 2 * 2;
  w.rows = ((size_t)p->outHeight + STEP - 1) / STEP;
  w.columns = ((size_t)p->outWidth + STEP - 1) / STEP;
  w.tiles = (size_t)p->batch * w.rows * w.columns;
  return w;
}

static void make_room(winograd *w, size_t room, size_t depth) {
  size_t block = (size_t)w->p.block;
  w->room = room;
  w->depth = depth;
  // An odd number of cache lines between planes, so that the 36 values of a tile, or of a weight,
  // do not compete for the same lines of the cache.
  w->inPlane = (w->inBlocks * room | 1) * block;
  w->outPlane = (w->outBlocks * room | 1) * block;
  w->weightPlane = (2 * depth * block | 1) * block;
}

static size_t tiles_scratch(const winograd *w) { return POINTS * (w->inPlane + w->outPlane); }

// Small weights are transformed once, all of them, and each thread multiplies them with tiles of its
// own, as many as stay in its cache. The transform of large ones is four times as large as they are,
// and would come from memory each time (VGG-19's at three scales are 960 MB): so the threads share
// outputs and many tiles, and transform what they multiply next. In milliseconds, AVX2, two threads,
// eight layers in turn, with the transforms kept in memory and so:
//
//   512 channels   14 x 14    3.3    2.8
//                  28 x 28    7.1    7.1
//                  56 x 56   26.0   26.3
//   256 channels   56 x 56    7.6    7.9
//                112 x 112   30.4   29.5
//
// Without fetching the next weights meanwhile, 3.4 and 7.8 on the smallest maps. With each of the 36
// planes in six parts, for all outputs, so that the tiles stay in the second cache: 3.4 and 7.8 too.
typedef struct {
  int ownsTiles;
  size_t threads, room, depth;
} schedule;

// The first two bounds are from the caches' sizes (1 MB of the second a core), untuned. That of the
// tiles in work is for memory: with 48 MB 512 channels of 56 x 56 take 36.0 ms, for their weights are
// transformed once, with 16 MB 38.0, and with 12 no more that could be told; other layers are as fast
// with 8 MB.
enum { SMALL_WEIGHTS = 3 << 20, OWN_TILES = 2 << 20, SHARED_TILES = 12 << 20, LEAST_ROOM = 84 };

static schedule plan(const winograd *w) {
  size_t block = (size_t)w->p.block, threads = (size_t)racnn_threads();
  size_t weights = POINTS * w->inBlocks * w->outBlocks * block * block * sizeof(float);
  size_t tile = POINTS * (w->inBlocks + w->outBlocks) * block * sizeof(float);
  schedule s = {.threads = threads};
  s.ownsTiles = weights <= SMALL_WEIGHTS && w->tiles >= 56 * threads;
  s.depth = s.ownsTiles ? w->inBlocks : racnn_smaller(DEPTH / block, w->inBlocks);
  size_t most = (s.ownsTiles ? OWN_TILES : SHARED_TILES) / tile, tiles = w->tiles;
  if (s.ownsTiles) tiles = (tiles + threads - 1) / threads;
  if (most < LEAST_ROOM) most = LEAST_ROOM;
  size_t rooms = (tiles + most - 1) / most;
  s.room = (tiles + rooms - 1) / rooms;
  return s;
}

int racnn_winograd_runs(const racnn_winograd *p) {
#if defined(__x86_64__)
  return p->block == 8 || (p->block == 16 && racnn_instruction_set() == 2);
#else
  return p->block == 8;
#endif
}

size_t racnn_winograd_packed_count(const racnn_winograd *p) {
  winograd w = prepared(p);
  return 9 * w.inBlocks * w.outBlocks * (size_t)p->block * (size_t)p->block;
}

size_t racnn_winograd_scratch_count(const racnn_winograd *p) {
  winograd w = prepared(p);
  schedule s = plan(&w);
  make_room(&w, s.room, s.depth);
  size_t weights = POINTS * w.weightPlane * (s.ownsTiles ? w.outBlocks / 2 : s.threads);
  return weights + tiles_scratch(&w) * (s.ownsTiles ? s.threads : 1);
}

size_t racnn_winograd_gradient_scratch_count(const racnn_winograd *p) {
  winograd w = prepared(p);
  make_room(&w, plan(&w).room, w.inBlocks);
  return POINTS * w.weightPlane * (w.outBlocks / 2) + tiles_scratch(&w);
}

void racnn_winograd_pack(const racnn_winograd *p, const float *weights, int reversed, float *packed) {
  winograd w = prepared(p);
  w.weights = weights;
  w.packed = packed;
  w.reversed = reversed;
  racnn_ranges(w.inBlocks * (w.outBlocks / 2), &w, PICK_BY_BLOCK(pack, p->block));
}

typedef struct {
  const winograd *w;
  size_t threads;
} thread_shares;

// A thread's own tiles, one room after another.
static void multiply_own_tiles(void *context, size_t begin, size_t end) {
  const thread_shares *s = context;
  for (size_t thread = begin; thread < end; thread++) {
    winograd w = *s->w;
    w.in += thread * tiles_scratch(&w);
    w.out += thread * tiles_scratch(&w);
    size_t last = w.tiles * (thread + 1) / s->threads;
    for (w.first = w.tiles * thread / s->threads; w.first < last; w.first += w.count) {
      w.count = racnn_smaller(w.room, last - w.first);
      PICK_BY_BLOCK(take, w.p.block)(&w, 0, w.inBlocks * w.count);
      PICK_BY_BLOCK(multiply, w.p.block)(&w, 0, POINTS * (w.outBlocks / 2));
      PICK_BY_BLOCK(give, w.p.block)(&w, 0, racnn_blocks(w.p.outputs, w.p.block) * w.count);
    }
  }
}

// A thread's share of the outputs.
static void multiply_own_pairs(void *context, size_t begin, size_t end) {
  const thread_shares *s = context;
  for (size_t thread = begin; thread < end; thread++) {
    winograd w = *s->w;
    w.transformed += thread * POINTS * w.weightPlane;
    size_t pairs = w.outBlocks / 2;
    PICK_BY_BLOCK(multiply_pairs, w.p.block)
    (&w, pairs * thread / s->threads, pairs * (thread + 1) / s->threads);
  }
}

// Where x, the weights, y and all else are set.
static void convolve(winograd w, float *scratch) {
  const racnn_winograd *p = &w.p;
  schedule s = plan(&w);
  make_room(&w, s.room, s.depth);
  w.in = scratch;
  w.out = w.in + POINTS * w.inPlane;
  thread_shares shares = {&w, s.threads};
  if (s.ownsTiles) {
    w.transformed = scratch + s.threads * tiles_scratch(&w);
    w.blocks = w.inBlocks;
    racnn_ranges(w.outBlocks / 2, &w, PICK_BY_BLOCK(take_weights, p->block));
    racnn_ranges(s.threads, &shares, multiply_own_tiles);
    return;
  }
  w.transformed = scratch + tiles_scratch(&w);
  for (w.first = 0; w.first < w.tiles; w.first += w.count) {
    w.count = racnn_smaller(w.room, w.tiles - w.first);
    racnn_ranges(w.inBlocks * w.count, &w, PICK_BY_BLOCK(take, p->block));
    for (w.firstBlock = 0; w.firstBlock < w.inBlocks; w.firstBlock += w.blocks) {
      w.blocks = racnn_smaller(w.depth, w.inBlocks - w.firstBlock);
      racnn_ranges(s.threads, &shares, multiply_own_pairs);
    }
    racnn_ranges(racnn_blocks(p->outputs, p->block) * w.count, &w, PICK_BY_BLOCK(give, p->block));
  }
}

void racnn_winograd_forward(const racnn_winograd *p, const float *x, const float *packed,
                            const float *bias, const float *added, int activation, float *y,
                            float *scratch) {
  winograd w = prepared(p);
  w.x = x;
  w.packed = (float *)packed;
  w.bias = bias;
  w.added = added;
  w.range = racnn_activation_range(activation);
  w.y = y;
  convolve(w, scratch);
}

void racnn_winograd_data_gradient(const racnn_winograd *p, const float *dy, const float *packed,
                                  racnn_activated x, float *dx, float *scratch) {
  winograd w = prepared(p);
  w.x = dy;
  w.packed = (float *)packed;
  w.range = racnn_activation_range(RACNN_ACTIVATION_NONE);
  w.mask = x.output;
  w.open = racnn_activation_range(x.activation);
  w.y = dx;
  convolve(w, scratch);
}

void racnn_winograd_weights_gradient(const racnn_winograd *p, const float *x, const float *dy,
                                     float *dweights, float *scratch) {
  winograd w = prepared(p);
  make_room(&w, plan(&w).room, w.inBlocks);
  w.x = x;
  w.dy = dy;
  w.y = dweights;
  w.in = scratch;
  w.out = w.in + POINTS * w.inPlane;
  w.transformed = scratch + tiles_scratch(&w);
  for (w.first = 0; w.first < w.tiles; w.first += w.count) {
    w.count = racnn_smaller(w.room, w.tiles - w.first);
    racnn_ranges(w.inBlocks * w.count, &w, PICK_BY_BLOCK(take, p->block));
    racnn_ranges(w.outBlocks * w.count, &w, PICK_BY_BLOCK(take_gradient, p->block));
    racnn_ranges(POINTS * w.inBlocks, &w, PICK_BY_BLOCK(weigh, p->block));
  }
  racnn_ranges(w.inBlocks * w.outBlocks, &w, PICK_BY_BLOCK(give_weights, p->block));
}

#else
#include "WinogradLoops.h"
#endif
