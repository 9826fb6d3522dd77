#ifndef RACNN_CPNG_H
#define RACNN_CPNG_H

#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// libpng reports errors by a jump, which Swift code must not be jumped over, so decoding stands
/// here. Its simplified interface, which needs no jump, would not do: it applies gamma, composes
/// alpha and rounds 16-bit samples, where the picture's own high bytes are due. A system library
/// has no sources of its own, hence a function in a header.

/// Bytes that a message takes at most, its final zero included.
#define RACNN_PNG_MESSAGE 256

typedef struct {
  const uint8_t *next;
  size_t left;
  /// Whether more data was wanted than there is.
  int missed_data;
  char *message;
} racnn_png_source;

static inline void racnn_png_on_error(png_structp codec, png_const_charp text) {
  racnn_png_source *source = (racnn_png_source *)png_get_error_ptr(codec);
  snprintf(source->message, RACNN_PNG_MESSAGE, "%s", text);
  png_longjmp(codec, 1);
}

static inline void racnn_png_on_warning(png_structp codec, png_const_charp text) {
  (void)codec;
  (void)text;
}

static inline void racnn_png_on_read(png_structp codec, png_bytep target, size_t count) {
  racnn_png_source *source = (racnn_png_source *)png_get_io_ptr(codec);
  if (count > source->left) {
    source->missed_data = 1;
    png_error(codec, "it ends early");
  }
  memcpy(target, source->next, count);
  source->next += count;
  source->left -= count;
}

/// Decodes the `count` bytes at `bytes` to red, green and blue: palettes are looked up, few bits
/// spread to eight, of 16 the high byte is kept, grey is spread, and alpha is dropped.
///
/// `pixels` has room for `3 * width * height` samples; another size is an error. Returns 0, or 1 if
/// the file is malformed, or 2 if it ends early; `message` then tells why, in `RACNN_PNG_MESSAGE`
/// bytes at most.
__attribute__((noinline)) static inline int racnn_png_decode(
    const uint8_t *bytes, size_t count, int32_t width, int32_t height, uint8_t *pixels,
    char *message) {
  racnn_png_source source = {bytes, count, 0, message};
  message[0] = 0;
  // Assigned before the jump's target is set and not afterwards, as C demands of what is read then.
  png_structp codec = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, &source, racnn_png_on_error, racnn_png_on_warning);
  png_infop info = codec ? png_create_info_struct(codec) : NULL;
  if (!info) {
    png_destroy_read_struct(&codec, NULL, NULL);
    snprintf(message, RACNN_PNG_MESSAGE, "libpng cannot be started");
    return 1;
  }
  if (setjmp(png_jmpbuf(codec))) {
    png_destroy_read_struct(&codec, &info, NULL);
    return source.missed_data ? 2 : 1;
  }
  png_set_read_fn(codec, &source, racnn_png_on_read);
  png_set_user_limits(codec, (png_uint_32)width, (png_uint_32)height);
#ifdef PNG_READ_UNKNOWN_CHUNKS_SUPPORTED
  // Only what makes the pixels: texts and profiles can inflate to gigabytes.
  png_set_keep_unknown_chunks(codec, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
  png_read_info(codec, info);
  int type = png_get_color_type(codec, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(codec);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(codec);
  if (!(type & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(codec);
  png_set_strip_16(codec);
  png_set_strip_alpha(codec);
  int passes = png_set_interlace_handling(codec);
  png_read_update_info(codec, info);
  size_t stride = 3 * (size_t)width;
  if (png_get_image_width(codec, info) != (png_uint_32)width
      || png_get_image_height(codec, info) != (png_uint_32)height
      || png_get_rowbytes(codec, info) != stride) {
    png_error(codec, "its size changes on the way");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (int32_t y = 0; y < height; y++) {
      png_read_row(codec, pixels + stride * (size_t)y, NULL);
    }
  }
  // What follows the pixels does not matter, not even that nothing does.
  png_destroy_read_struct(&codec, &info, NULL);
  return 0;
}

#endif
