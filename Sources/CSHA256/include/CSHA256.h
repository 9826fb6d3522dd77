#ifndef RACNN_CSHA256_H
#define RACNN_CSHA256_H

#include <stddef.h>
#include <stdint.h>

/// Mixes `blocks` blocks of 64 bytes into the eight words of SHA-256's state, with the processor's
/// own instructions where it has them.
void racnn_sha256(uint32_t *state, const uint8_t *bytes, size_t blocks);

/// The same in plain C, for comparison.
void racnn_sha256_plain(uint32_t *state, const uint8_t *bytes, size_t blocks);

#endif
