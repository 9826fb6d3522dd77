// Includes FAMILY once for each instruction set, with TARGET its name, and, if FOR_EACH_BLOCK is
// defined, once for each block of channels too, with BLOCK its size. Has no include guard: it is
// meant to be included once by each family's file. System headers must come before.

#ifdef FOR_EACH_BLOCK
#define RACNN_FAMILY "ForEachBlock.h"
#else
#define RACNN_FAMILY FAMILY
#endif

#define TARGET baseline
#include RACNN_FAMILY
#undef TARGET

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define TARGET avx2
#define TARGET_REGISTER_FLOATS 8
#include RACNN_FAMILY
#undef TARGET
#undef TARGET_REGISTER_FLOATS
#pragma clang attribute pop

// min_vector_width: without it, clang may split vectors of 512 bits in halves.
#pragma clang attribute push(                                                          \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"),         \
                   min_vector_width(512))),                                            \
    apply_to = function)
#define TARGET avx512
#define TARGET_REGISTER_FLOATS 16
#define TARGET_HAS_32_REGISTERS
#include RACNN_FAMILY
#undef TARGET
#undef TARGET_REGISTER_FLOATS
#undef TARGET_HAS_32_REGISTERS
#pragma clang attribute pop
#endif
