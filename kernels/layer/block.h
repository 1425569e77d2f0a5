/* block.h: a pre-norm layer of a transformer: y = x + attention(norm(x)) W_O, o = y + mlp(norm(y)). Its parameters.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_LAYER_BLOCK_H
#define AS_LAYER_BLOCK_H

#include "../api/kernel.h"

enum { AS_BLOCK_FF, AS_BLOCK_SWIGLU, AS_BLOCK_RMS, AS_BLOCK_ROPE }; /* places in as_problem.param */
enum { AS_ROPE_NONE, AS_ROPE_INTERLEAVED, AS_ROPE_SPLIT };
enum { AS_BLOCK_X, AS_BLOCK_W_QKV, AS_BLOCK_W_O, AS_BLOCK_W1, AS_BLOCK_W2, AS_BLOCK_GAIN, AS_BLOCK_O, AS_BLOCK_PACKED };

static inline size_t as_block_ff(const as_problem *p)
{
    return p->param[AS_BLOCK_FF] ? p->param[AS_BLOCK_FF] : 4 * as_problem_width(p);
}

#endif
