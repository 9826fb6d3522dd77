#ifndef RACNN_CKERNELS_H
#define RACNN_CKERNELS_H
#endif
