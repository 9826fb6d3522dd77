#include "Errors.h"

#include <jerror.h>

#include <string.h>

_Noreturn void racnn_fail(
  racnn_error_manager *errors, racnn_jpeg_status status, const char *message)
{
  errors->status = status;
  snprintf(errors->message, RACNN_JPEG_MESSAGE, "%s", message);
  longjmp(errors->back, 1);
}

static void on_error(j_common_ptr codec)
{
  racnn_error_manager *errors = (racnn_error_manager *)codec->err;
  char text[JMSG_LENGTH_MAX];
  errors->base.format_message(codec, text);
  int excessive = errors->base.msg_code == JERR_OUT_OF_MEMORY
    || errors->base.msg_code == JERR_NO_BACKING_STORE;
  racnn_fail(errors, excessive ? RACNN_JPEG_EXCESSIVE : RACNN_JPEG_MALFORMED, text);
}

/// Warnings are not printed; those that tell of data missing at the end are remembered.
static void on_message(j_common_ptr codec, int level)
{
  racnn_error_manager *errors = (racnn_error_manager *)codec->err;
  if (level >= 0) return;
  errors->base.num_warnings++;
  int code = errors->base.msg_code;
  if (errors->at_end && (code == JWRN_HIT_MARKER || code == JWRN_MUST_RESYNC)) {
    errors->missed_data = 1;
  }
}

static void on_output(j_common_ptr codec) { (void)codec; }

struct jpeg_error_mgr *racnn_prepare_errors(racnn_error_manager *errors, char *message)
{
  memset(errors, 0, sizeof *errors);
  jpeg_std_error(&errors->base);
  errors->base.error_exit = on_error;
  errors->base.emit_message = on_message;
  errors->base.output_message = on_output;
  errors->message = message;
  message[0] = 0;
  return &errors->base;
}
