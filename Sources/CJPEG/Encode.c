#include "Errors.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  struct jpeg_compress_struct codec;
  racnn_error_manager errors;
  // The first block is ours, for libjpeg tells of the last one at the end only, and frees those between.
  unsigned char *first, *buffer;
  unsigned long size;
} encoder;

enum { FIRST_BYTES = 1 << 16 };

racnn_jpeg_status racnn_jpeg_encode(
  const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, int32_t sharp_colors,
  uint8_t **encoded, size_t *size, char *message)
{
  encoder self;
  memset(&self, 0, sizeof self);
  self.buffer = self.first = malloc(FIRST_BYTES);
  self.size = self.first ? FIRST_BYTES : 0;
  self.codec.err = racnn_prepare_errors(&self.errors, message);
  if (setjmp(self.errors.back)) {
    jpeg_destroy_compress(&self.codec);
    free(self.first);
    return self.errors.status;
  }
  j_compress_ptr codec = &self.codec;
  jpeg_create_compress(codec);
  jpeg_mem_dest(codec, &self.buffer, &self.size);
  codec->image_width = (JDIMENSION)width;
  codec->image_height = (JDIMENSION)height;
  codec->input_components = 3;
  codec->in_color_space = JCS_RGB;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  if (sharp_colors) codec->comp_info[0].h_samp_factor = codec->comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(codec, TRUE);
  while (codec->next_scanline < codec->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + 3 * (size_t)width * codec->next_scanline);
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
  jpeg_destroy_compress(codec);
  if (self.buffer != self.first) free(self.first);
  *encoded = self.buffer;
  *size = self.size;
  return RACNN_JPEG_OK;
}

void racnn_jpeg_free(uint8_t *encoded) { free(encoded); }
