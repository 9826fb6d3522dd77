#include "Errors.h"

#include <jerror.h>

#include <limits.h>
#include <string.h>

typedef struct {
  struct jpeg_decompress_struct codec;
  racnn_error_manager errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  int scan_limit;
  /// Whether all lines are there.
  int finishing;
} decoder;

static void init_source(j_decompress_ptr codec) { (void)codec; }
static void term_source(j_decompress_ptr codec) { (void)codec; }

/// At the end of the data libjpeg is given an end marker, so that it finishes; whether something
/// was missing is judged afterwards. When all lines are there, nothing is missing any more.
static boolean fill_input_buffer(j_decompress_ptr codec)
{
  if (((decoder *)codec->client_data)->finishing) return FALSE;
  static const JOCTET end[2] = {0xFF, JPEG_EOI};
  ((racnn_error_manager *)codec->err)->at_end = 1;
  codec->src->next_input_byte = end;
  codec->src->bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skip_input_data(j_decompress_ptr codec, long count)
{
  if (count <= 0) return;
  if ((size_t)count > codec->src->bytes_in_buffer) {
    codec->src->bytes_in_buffer = 0;
  } else {
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
  }
}

/// A file of some kilobytes can hold thousands of scans, each of which costs as much as decoding
/// the picture.
static void monitor_progress(j_common_ptr common)
{
  j_decompress_ptr codec = (j_decompress_ptr)common;
  decoder *self = (decoder *)common->client_data;
  if (codec->input_scan_number > self->scan_limit) {
    racnn_fail(&self->errors, RACNN_JPEG_EXCESSIVE, "it has too many scans for its size");
  }
}

/// Creates the codec; the jump's target has been set by the caller.
static void prepare(decoder *self, const uint8_t *bytes, size_t count)
{
  jpeg_create_decompress(&self->codec);
  self->codec.client_data = self;
  self->source.init_source = init_source;
  self->source.fill_input_buffer = fill_input_buffer;
  self->source.skip_input_data = skip_input_data;
  self->source.resync_to_restart = jpeg_resync_to_restart;
  self->source.term_source = term_source;
  self->source.next_input_byte = bytes;
  self->source.bytes_in_buffer = count;
  self->codec.src = &self->source;
  // Without a scan, as in a file of tables alone, there is no picture: TRUE makes that an error.
  jpeg_read_header(&self->codec, TRUE);
  int components = self->codec.num_components;
  if (components != 1 && components != 3 && components != 4) {
    racnn_fail(&self->errors, RACNN_JPEG_MALFORMED, "its number of colour channels has no meaning");
  }
}

racnn_jpeg_status racnn_jpeg_read_header(
  const uint8_t *bytes, size_t count, racnn_jpeg_header *header, char *message)
{
  decoder self;
  memset(&self, 0, sizeof self);
  self.codec.err = racnn_prepare_errors(&self.errors, message);
  if (setjmp(self.errors.back)) {
    jpeg_destroy_decompress(&self.codec);
    return self.errors.status;
  }
  prepare(&self, bytes, count);
  header->width = (int32_t)self.codec.image_width;
  header->height = (int32_t)self.codec.image_height;
  jpeg_destroy_decompress(&self.codec);
  return RACNN_JPEG_OK;
}

/// Inks, inverted as every program that writes such files does since Photoshop, to light. The
/// rounding is Pillow's.
static void convert_inks(const JSAMPLE *inks, uint8_t *pixels, size_t width)
{
  for (size_t x = 0; x < width; x++) {
    unsigned white = inks[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      unsigned product = (255u - inks[4 * x + c]) * white + 128u;
      unsigned ink = ((product >> 8) + product) >> 8;
      pixels[3 * x + c] = (uint8_t)(white > ink ? white - ink : 0);
    }
  }
}

static void spread_grey(const JSAMPLE *grey, uint8_t *pixels, size_t width)
{
  for (size_t x = 0; x < width; x++) {
    pixels[3 * x] = pixels[3 * x + 1] = pixels[3 * x + 2] = grey[x];
  }
}

/// Refuses what costs more than a picture of that size may.
static void bound_work(decoder *self, size_t count)
{
  j_decompress_ptr codec = &self->codec;
  size_t area = (size_t)codec->image_width * codec->image_height;
  // Huffman coding spends a bit a block of 64 samples at least.
  if (area > 1u << 24 && !codec->arith_code && area / 64 / 8 > count) {
    racnn_fail(&self->errors, RACNN_JPEG_TRUNCATED, "it is too short for its size");
  }
  size_t scans = ((size_t)1 << 28) / (area ? area : 1);
  self->scan_limit = (int)(scans < 20 ? 20 : scans > 100 ? 100 : scans);
  self->progress.progress_monitor = monitor_progress;
  codec->progress = &self->progress;
  // Coefficients of a progressive picture take two bytes a sample.
  size_t memory = 16 * area + ((size_t)64 << 20);
  codec->mem->max_memory_to_use = memory > LONG_MAX ? LONG_MAX : (long)memory;
}

/// Whether all scans of a progressive picture were there.
static int is_complete(j_decompress_ptr codec)
{
  if (codec->arith_code) return 0;
  if (!codec->progressive_mode || !codec->coef_bits) return 1;
  for (int c = 0; c < codec->num_components; c++) {
    for (int k = 0; k < DCTSIZE2; k++) {
      if (codec->coef_bits[c][k] != 0) return 0;
    }
  }
  return 1;
}

racnn_jpeg_status racnn_jpeg_decode(
  const uint8_t *bytes, size_t count, int32_t eighths, int32_t width, int32_t height,
  uint8_t *pixels, char *message)
{
  decoder self;
  memset(&self, 0, sizeof self);
  self.codec.err = racnn_prepare_errors(&self.errors, message);
  if (setjmp(self.errors.back)) {
    jpeg_destroy_decompress(&self.codec);
    return self.errors.status;
  }
  prepare(&self, bytes, count);
  bound_work(&self, count);
  j_decompress_ptr codec = &self.codec;
  codec->scale_num = (unsigned)eighths;
  codec->scale_denom = 8;
  int channels = codec->num_components;
  codec->out_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_start_decompress(codec);
  if ((int64_t)codec->output_width != width || (int64_t)codec->output_height != height
      || codec->output_components != channels) {
    racnn_fail(&self.errors, RACNN_JPEG_MALFORMED, "its size changes on the way");
  }
  size_t columns = (size_t)width;
  JSAMPLE *row = NULL;
  if (channels != 3) {
    row = codec->mem->alloc_large(
      (j_common_ptr)codec, JPOOL_IMAGE, columns * (size_t)channels);
  }
  while (codec->output_scanline < codec->output_height) {
    uint8_t *out = pixels + 3 * columns * codec->output_scanline;
    JSAMPROW target = row ? row : out;
    if (jpeg_read_scanlines(codec, &target, 1) != 1) {
      racnn_fail(&self.errors, RACNN_JPEG_TRUNCATED, "it ends early");
    }
    if (channels == 1) spread_grey(row, out, columns);
    if (channels == 4) convert_inks(row, out, columns);
  }
  if (self.errors.missed_data || (self.errors.at_end && !is_complete(codec))) {
    racnn_fail(&self.errors, RACNN_JPEG_TRUNCATED, "it ends early");
  }
  self.finishing = 1;
  // Reads up to the end marker, if there is one: what stands between tells a broken file from a whole one.
  int ended = jpeg_finish_decompress(codec) && !self.errors.at_end;
  jpeg_destroy_decompress(codec);
  return ended ? RACNN_JPEG_OK : RACNN_JPEG_UNENDED;
}
