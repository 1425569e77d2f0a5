/* token.h: token mixing as in MLP-Mixer (Tolstikhin et al., 2021): o = W2 gelu(W1 x), W1 (D_S, T) and W2 (T, D_S)
 * across the tokens, every channel alike. Causal: hidden unit i stands at token floor(i T / D_S); it sees tokens up to
 * there and is seen by tokens from there on, which makes W1 and W2 (block) triangular. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef AS_MIXING_TOKEN_H
#define AS_MIXING_TOKEN_H

#include "../common/sequence.h"

enum { AS_MIXER_HIDDEN, AS_MIXER_CAUSAL }; /* places in as_problem.param */

/* The token at which hidden unit i of D_S stands. */
static inline size_t as_mixer_place(size_t T, size_t D_S, size_t i) { return (size_t)((uint64_t)i * T / D_S); }

/* How many hidden units token t sees: those at places up to t. */
static inline size_t as_mixer_seen(size_t T, size_t D_S, size_t t)
{
    const size_t n = (size_t)(((uint64_t)(t + 1) * D_S + T - 1) / T);
    return n < D_S ? n : D_S;
}

#endif
