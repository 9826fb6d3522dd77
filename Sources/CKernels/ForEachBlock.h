// Includes FAMILY once for each block of channels; see ForEachTarget.h.

#define VECTOR RACNN_PASTE(float, BLOCK)
#define INTEGERS RACNN_PASTE(int, BLOCK)
#define DOUBLES RACNN_PASTE(double, BLOCK)
#define CONVERT RACNN_PASTE(CONVERT, BLOCK)
#ifndef RACNN_PASTE
#define RACNN_PASTE2(a, b) a##b
#define RACNN_PASTE(a, b) RACNN_PASTE2(a, b)
#endif

#define BLOCK 1
#include FAMILY
#undef BLOCK
#define BLOCK 8
#include FAMILY
#undef BLOCK
#define BLOCK 16
#include FAMILY
#undef BLOCK

#undef VECTOR
#undef INTEGERS
#undef DOUBLES
#undef CONVERT
