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
  // Transformed tiles of the inputs, [36][blocks][room][block], and of the outputs in work.
  float *in, *out;
  // Weights: [pairs of blocks of outputs][inputs][9][2][block]. Transformed, of the blocks of inputs
  // in work, and of all pairs or of one: [pairs][36][inputs][2][block].
  float *packed, *transformed;
  racnn_range range, open;  // The outputs are zero where the mask lies not in the open range.
  size_t inBlocks, outPairs;   // Blocks of inputs, and pairs of blocks of outputs.
  size_t inPlane, outPlane;    // Floats of one of the 36 planes, as is `weightPlane`.
  size_t rows, columns, tiles; // Tiles a picture down and across, and of the batch.
  size_t first, count, room;   // The tiles in work, and how many there is memory for.
  size_t weightPlane;
  size_t firstBlock, blocks;   // The blocks of inputs in work,
  size_t depth;                // and how many there is memory for.
  size_t firstPair, pairs;     // The pairs of blocks of outputs in work.
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
  w.outPairs = (racnn_blocks(p->outputs, p->block) + 1) / 2;
  w.rows = ((size_t)p->outHeight + STEP - 1) / STEP;
  w.columns = ((size_t)p->outWidth + STEP - 1) / STEP;
  w.tiles = (size_t)p->batch * w.rows * w.columns;
  return w;
}

// For so many tiles, blocks of inputs of the weights, and pairs of blocks of outputs at a time.
static void make_room(winograd *w, size_t room, size_t depth, size_t pairs) {
  size_t block = (size_t)w->p.block;
  w->room = room;
  w->depth = depth;
  // An odd number of cache lines between planes, so that the 36 values of a tile, or of a weight,
  // do not compete for the same lines of the cache.
  w->inPlane = (w->inBlocks * room | 1) * block;
  w->outPlane = (2 * pairs * room | 1) * block;
  w->weightPlane = (2 * depth * block | 1) * block;
}

static size_t tiles_scratch(const winograd *w) { return POINTS * (w->inPlane + w->outPlane); }

// Each thread has a share of the tiles and of the outputs, and all else for itself: what one has transformed
// is slow to read for another, for it lies in that one's cache. With shared tiles, each transformed by
// one of two threads, AVX-512, in milliseconds, and so:
//
//   256 channels  112 x 112   19.3   16.5
//                  56 x 56     4.7    4.1
//   512 channels   56 x 56    17.8   16.2
//                  28 x 28     4.6    4.4
//                  14 x 14     2.0    1.9
//
// Small weights alone are transformed once, for all threads, and multiplied with as many tiles as stay in a
// thread's cache. The transform of large ones is four times as large as they are, and would come from
// memory each time (VGG-19's at three scales are 960 MB): so a thread has many tiles in work, and
// transforms the weights that it multiplies next. In milliseconds, AVX2, two threads, eight layers in
// turn, with the transforms kept in memory and so:
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
  int sharesWeights;
  size_t tileParts, pairParts;  // As many shares as threads.
  size_t room, depth, pairs;
} schedule;

static size_t share(size_t count, size_t parts) { return (count + parts - 1) / parts; }

// The first two bounds are from the caches' sizes (1 MB of the second a core), untuned. The third is for
// memory: with 12 MB two threads take 17.3 ms for 512 channels of 56 x 56, whose weights each transforms
// twice, and 16.3 with so much that each does it once.
enum { SMALL_WEIGHTS = 3 << 20, SMALL_TILES = 2 << 20, LARGE_TILES = 16 << 20, LEAST_ROOM = 84 };
/// What it takes to transform a tile, and a pair's weights, in products of these: so that with 512 outputs and two
/// threads both ways of sharing cost alike where they took as long, at about 80 tiles. Untuned beyond two threads.
enum { TAKE_TILE = 3, TAKE_WEIGHTS = 14 };

static int has_small_weights(const winograd *w) {
  size_t block = (size_t)w->p.block, count = w->inBlocks * block * w->outPairs * 2 * block;
  return POINTS * count * sizeof(float) <= SMALL_WEIGHTS;
}

// How many of some tiles, with so many pairs of blocks of outputs, are in work at a time.
static size_t tiles_in_work(const winograd *w, size_t tiles, size_t pairs, size_t bytes) {
  size_t tile = POINTS * (w->inBlocks + 2 * pairs) * (size_t)w->p.block * sizeof(float);
  size_t most = bytes / tile < LEAST_ROOM ? LEAST_ROOM : bytes / tile;
  if (tiles == 0) return 0;  // Of an empty batch.
  return share(tiles, share(tiles, most));
}

static schedule plan(const winograd *w) {
  size_t block = (size_t)w->p.block, threads = (size_t)racnn_threads();
  schedule s = {.tileParts = threads, .pairParts = 1};
  s.sharesWeights = has_small_weights(w) && w->tiles >= 56 * threads;
  size_t least = SIZE_MAX;
  for (size_t parts = 1; parts <= threads && !s.sharesWeights; parts++) {
    if (threads % parts != 0) continue;
    size_t tiles = share(w->tiles, parts), pairs = share(w->outPairs, threads / parts);
    size_t cost = tiles * pairs + TAKE_TILE * tiles + TAKE_WEIGHTS * pairs;
    if (cost < least) {
      least = cost;
      s.tileParts = parts;
      s.pairParts = threads / parts;
    }
  }
  s.pairs = share(w->outPairs, s.pairParts);
  s.depth = s.sharesWeights ? w->inBlocks : racnn_smaller(DEPTH / block, w->inBlocks);
  s.room = tiles_in_work(w, share(w->tiles, s.tileParts), s.pairs, s.sharesWeights ? SMALL_TILES : LARGE_TILES);
  return s;
}

// For the gradient to the weights the threads share tiles that each transforms a part of. With a share of
// the inputs and outputs for each, and all else for itself, it took as long.
static void make_gradient_room(winograd *w) {
  size_t bytes = has_small_weights(w) ? SMALL_TILES : LARGE_TILES;
  make_room(w, tiles_in_work(w, w->tiles, w->outPairs, bytes), w->inBlocks, w->outPairs);
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
  return 9 * w.inBlocks * w.outPairs * 2 * (size_t)p->block * (size_t)p->block;
}

size_t racnn_winograd_scratch_count(const racnn_winograd *p) {
  winograd w = prepared(p);
  schedule s = plan(&w);
  size_t threads = s.tileParts * s.pairParts;
  make_room(&w, s.room, s.depth, s.pairs);
  return threads * tiles_scratch(&w) + (s.sharesWeights ? w.outPairs : threads) * POINTS * w.weightPlane;
}

size_t racnn_winograd_gradient_scratch_count(const racnn_winograd *p) {
  winograd w = prepared(p);
  make_gradient_room(&w);
  return POINTS * w.weightPlane * w.outPairs + tiles_scratch(&w);
}

void racnn_winograd_pack(const racnn_winograd *p, const float *weights, int reversed, float *packed) {
  winograd w = prepared(p);
  w.weights = weights;
  w.packed = packed;
  w.reversed = reversed;
  racnn_ranges(w.inBlocks * w.outPairs, &w, PICK_BY_BLOCK(pack, p->block));
}

typedef struct {
  const winograd *w;
  const schedule *plan;
} convolution;

// `begin` to `end` count the threads' shares.
static void take_shares(void *context, size_t begin, size_t end) {
  const convolution *c = context;
  const schedule *s = c->plan;
  for (size_t thread = begin; thread < end; thread++) {
    winograd w = *c->w;
    w.in += thread * tiles_scratch(&w);
    w.out = w.in + POINTS * w.inPlane;
    if (!s->sharesWeights) w.transformed += thread * POINTS * w.weightPlane;
    size_t part = thread / s->pairParts, last = w.tiles * (part + 1) / s->tileParts;
    size_t pairPart = thread % s->pairParts;
    w.firstPair = w.outPairs * pairPart / s->pairParts;
    w.pairs = w.outPairs * (pairPart + 1) / s->pairParts - w.firstPair;
    for (w.first = w.tiles * part / s->tileParts; w.first < last; w.first += w.count) {
      w.count = racnn_smaller(w.room, last - w.first);
      PICK_BY_BLOCK(take, w.p.block)(&w, 0, w.inBlocks * w.count);
      for (w.firstBlock = 0; w.firstBlock < w.inBlocks; w.firstBlock += w.blocks) {
        w.blocks = racnn_smaller(w.depth, w.inBlocks - w.firstBlock);
        if (s->sharesWeights) {
          PICK_BY_BLOCK(multiply, w.p.block)(&w);
        } else {
          PICK_BY_BLOCK(transform_and_multiply, w.p.block)(&w);
        }
      }
      PICK_BY_BLOCK(give, w.p.block)(&w);
    }
  }
}

// Where x, the weights, y and all else are set.
static void convolve(winograd w, float *scratch) {
  schedule s = plan(&w);
  size_t threads = s.tileParts * s.pairParts;
  make_room(&w, s.room, s.depth, s.pairs);
  w.in = scratch;
  w.transformed = scratch + threads * tiles_scratch(&w);
  if (s.sharesWeights) {
    w.blocks = w.inBlocks;
    racnn_ranges(w.outPairs, &w, PICK_BY_BLOCK(take_weights, w.p.block));
  }
  racnn_ranges(threads, &(convolution){&w, &s}, take_shares);
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
  if (w.tiles == 0) {
    memset(dweights, 0, 9 * (size_t)p->inputs * (size_t)p->outputs * sizeof(float));
    return;
  }
  make_gradient_room(&w);
  w.x = x;
  w.dy = dy;
  w.y = dweights;
  w.in = scratch;
  w.out = w.in + POINTS * w.inPlane;
  w.transformed = scratch + tiles_scratch(&w);
  for (w.first = 0; w.first < w.tiles; w.first += w.count) {
    w.count = racnn_smaller(w.room, w.tiles - w.first);
    racnn_ranges(w.inBlocks * w.count, &w, PICK_BY_BLOCK(take, p->block));
    racnn_ranges(2 * w.outPairs * w.count, &w, PICK_BY_BLOCK(take_gradient, p->block));
    racnn_ranges(POINTS * w.inBlocks, &w, PICK_BY_BLOCK(weigh, p->block));
  }
  racnn_ranges(2 * w.outPairs * w.inBlocks, &w, PICK_BY_BLOCK(give_weights, p->block));
}

#else
#include "WinogradLoops.h"
#endif
