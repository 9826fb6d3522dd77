#ifndef RACNN_CJPEG_ERRORS_H
#define RACNN_CJPEG_ERRORS_H

#include <setjmp.h>
#include <stdio.h>

#include "CJPEG.h"

#include <jpeglib.h>

/// libjpeg's error manager, with the way back and what was noticed on the way.
typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf back;
  racnn_jpeg_status status;
  /// Room for `RACNN_JPEG_MESSAGE` bytes.
  char *message;
  /// Whether the end of the data was reached.
  int at_end;
  /// Whether entropy-coded data was wanted after the end of the data.
  int missed_data;
} racnn_error_manager;

/// Fills `errors` in, and returns what goes into a codec's `err`.
struct jpeg_error_mgr *racnn_prepare_errors(racnn_error_manager *errors, char *message);

/// Jumps back with `status` and a message of our own.
_Noreturn void racnn_fail(
  racnn_error_manager *errors, racnn_jpeg_status status, const char *message);

#endif
