/* wavenet.h: the stack of dilated causal convolutions of WaveNet (van den Oord et al., 2016): what layers there are.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layer l has dilation 2^l, up to dilation-max: z = tanh(x * Wf) sigmoid(x * Wg), x <- x + z Wr. The last x is the
 * output. Reach 1 + (k-1) (1 + 2 + ... + 2^(L-1)). */
#ifndef AS_WAVENET_H
#define AS_WAVENET_H

#include <stddef.h>

#include "../api/kernel.h"

enum { AS_WAVENET_K, AS_WAVENET_DILATION_MAX };

static inline size_t as_wavenet_layers(const as_problem *p)
{
    size_t n = 0;
    for (uint64_t dilation = p->param[AS_WAVENET_DILATION_MAX]; dilation; dilation >>= 1)
        n++;
    return n;
}

#endif
