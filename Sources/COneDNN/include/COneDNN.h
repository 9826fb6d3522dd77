#ifndef RACNN_CONEDNN_H
#define RACNN_CONEDNN_H
#endif
