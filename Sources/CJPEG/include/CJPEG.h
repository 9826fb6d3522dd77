#ifndef RACNN_CJPEG_H
#define RACNN_CJPEG_H
#endif
