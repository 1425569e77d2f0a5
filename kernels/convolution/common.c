/* common.c: operands, work and refusals that convolution kernels share.
 * SPDX-License-Identifier: Apache-2.0 */

#include "../common/refuse.h"
#include "convolution.h"

#define MOST ((uint64_t)1 << 24)

/* What is outside of what can be is refused with its reason, case by case, so the ranges begin at 0. */
const as_kernel_param as_convolution_params[] = {
    {"k", 0, MOST, 3, "taps: how many tokens each output reads"},
    {"dilation", 0, MOST, 1, "tokens from one tap to the next"},
    {"stride", 0, MOST, 1, "tokens from one output to the next"},
    {"padding", 0, 2, 0, "0 causal, 1 same (both sides), 2 valid (none)"},
    {0},
};

as_convolution as_convolution_of(const as_problem *p)
{
    as_convolution c = {
        .k = p->param[AS_CONV_K], .dilation = p->param[AS_CONV_DILATION], .stride = p->param[AS_CONV_STRIDE]};
    const size_t before = (c.k - 1) * c.dilation;
    const uint64_t padding = p->param[AS_CONV_PADDING];
    c.left = padding == AS_PAD_CAUSAL ? before : padding == AS_PAD_SAME ? before / 2 : 0;
    c.rows = (p->length - 1 - (padding == AS_PAD_VALID ? before : 0)) / c.stride + 1;
    return c;
}

static bool refuse_params(const as_problem *p, char *why, size_t cap)
{
    const uint64_t k = p->param[AS_CONV_K], dilation = p->param[AS_CONV_DILATION], padding = p->param[AS_CONV_PADDING];
    if (!k || !dilation || !p->param[AS_CONV_STRIDE])
        return as_refuse(why, cap, "%s=0: must be at least 1", !k ? "k" : !dilation ? "dilation" : "stride");
    if (k > p->length)
        return as_refuse(why, cap, "k=%llu is more than the %zu tokens of the sequence", (unsigned long long)k,
                         p->length);
    if (padding == AS_PAD_SAME && k % 2 == 0)
        return as_refuse(why, cap, "padding=1 takes odd widths only, k=%llu has no middle", (unsigned long long)k);
    if (padding == AS_PAD_VALID && (k - 1) * dilation >= p->length)
        return as_refuse(why, cap, "padding=2: the taps span %llu tokens, the sequence has %zu",
                         (unsigned long long)((k - 1) * dilation + 1), p->length);
    return false;
}

bool as_convolution_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_sequence_refuse_dtype(p, why, cap) || as_convolution_refuse_shape(p, why, cap);
}

bool as_convolution_refuse_shape(const as_problem *p, char *why, size_t cap)
{
    return as_sequence_refuse_context(p, why, cap) ||
           as_sequence_refuse_pattern(p, p->param[AS_CONV_PADDING] == AS_PAD_SAME, why, cap) ||
           refuse_params(p, why, cap);
}

size_t as_convolution_operands(const as_problem *p, as_operand w, size_t kept, as_operand out[AS_OPERANDS_MAX])
{
    const size_t D = as_problem_width(p), rows = as_convolution_of(p).rows;
    out[0] = AS_OPERAND("x", AS_IN, AS_FILL_NORMAL, p->dtype, p->batch, p->length, D);
    out[1] = w;
    out[2] = AS_OPERAND("o", AS_OUT, AS_FILL_ZERO, p->dtype, p->batch, rows, D);
    out[3] = AS_OPERAND("packed", AS_KEPT, AS_FILL_ZERO, AS_F32, kept);
    return kept ? 4 : 3;
}
