#ifndef RACNN_CJPEG_H
#define RACNN_CJPEG_H

#include <stddef.h>
#include <stdint.h>

/// libjpeg reports errors by a jump, which Swift code must not be jumped over. Each function here
/// sets the jump's target up, calls libjpeg, and cleans up, all within one C function.

/// Bytes that a message takes at most, its final zero included.
#define RACNN_JPEG_MESSAGE 256

typedef enum {
  RACNN_JPEG_OK = 0,
  /// The file breaks JPEG's rules, or libjpeg does not support it.
  RACNN_JPEG_MALFORMED = 1,
  /// The file ends before its picture does.
  RACNN_JPEG_TRUNCATED = 2,
  /// Decoding would need far more time or memory than the picture's size justifies.
  RACNN_JPEG_EXCESSIVE = 3,
  /// All lines are decoded, but no end marker follows.
  RACNN_JPEG_UNENDED = 4,
} racnn_jpeg_status;

/// What the file's header says.
typedef struct {
  int32_t width, height;
} racnn_jpeg_header;

/// Reads the header of the `count` bytes at `bytes`.
racnn_jpeg_status racnn_jpeg_read_header(
  const uint8_t *bytes, size_t count, racnn_jpeg_header *header, char *message);

/// Decodes the `count` bytes at `bytes` to red, green and blue.
///
/// `eighths` is the scale of decoding: 8 for the whole size, or 4, 2 or 1; the result then has
/// `ceil(side * eighths / 8)` pixels a side. `width` and `height` are those of the result, and
/// `pixels` has room for `3 * width * height` samples; another size is an error.
racnn_jpeg_status racnn_jpeg_decode(
  const uint8_t *bytes, size_t count, int32_t eighths, int32_t width, int32_t height,
  uint8_t *pixels, char *message);

/// Encodes `3 * width * height` samples.
///
/// `encoded` and `size` receive a buffer that `racnn_jpeg_free` frees. `sharp_colors` keeps the
/// colour planes at full resolution rather than at half of it.
racnn_jpeg_status racnn_jpeg_encode(
  const uint8_t *pixels, int32_t width, int32_t height, int32_t quality, int32_t sharp_colors,
  uint8_t **encoded, size_t *size, char *message);

void racnn_jpeg_free(uint8_t *encoded);

#endif
