/* contract.c: what a problem asks for as bits, the one place where a kernel that lacks them is refused, and the checks
 * of what a plug-in hands over.
 * SPDX-License-Identifier: Apache-2.0 */
#include "contract.h"

#include <stdio.h>
#include <string.h>

/* One row per field of as_problem that has a neutral value. */
static const struct {
    uint64_t bit;
    const char *what; /* after "does not take" */
} asks[] = {
    {AS_TAKES_REQUESTS, "a batch of requests of different lengths"},
    {AS_TAKES_SOFTCAP, "the score softcap"},
    {AS_TAKES_ALIBI, "the score alibi"},
    {AS_TAKES_BIAS, "the score bias"},
    {AS_TAKES_SINKS, "the score sinks"},
    {AS_TAKES_WIDTH, "a model width that is not heads times head_dim"},
    {AS_TAKES_VALUE_DIM, "values of another width than keys"},
    {AS_TAKES_VALUES_IN_KEYS, "values that lie in the keys"},
    {AS_TAKES_CROSS, "cross attention"},
    {AS_TAKES_PAGES, "keys and values in pages"},
    {AS_TAKES_LAYOUT, "the layout bthd"},
    {AS_TAKES_LSE, "a log-sum-exp output"},
    {AS_TAKES_BACKWARD, "the backward pass"},
    {AS_TAKES_SEGMENTS, "streamed operands"},
    {AS_TAKES_RANKS, "several ranks"},
    {AS_TAKES_DTYPE(AS_F16), "dtype f16"},
    {AS_TAKES_KV(AS_F32), "keys and values as f32"},
    {AS_TAKES_KV(AS_F16), "keys and values as f16"},
    {AS_TAKES_KV(AS_BF16), "keys and values as bf16"},
    {AS_TAKES_KV(AS_Q8_0), "keys and values as q8_0"},
    {AS_TAKES_KV(AS_INT8), "keys and values as int8"},
    {AS_TAKES_KV(AS_F8), "keys and values as f8"},
};

static uint64_t bit_if(bool asked, uint64_t bit) { return asked ? bit : 0; }

uint64_t as_problem_asks(const as_problem *p)
{
    return bit_if(p->requests, AS_TAKES_REQUESTS) | bit_if(p->softcap != 0, AS_TAKES_SOFTCAP) |
           bit_if(p->alibi, AS_TAKES_ALIBI) | bit_if(p->bias_rank, AS_TAKES_BIAS) | bit_if(p->sinks, AS_TAKES_SINKS) |
           bit_if(p->width && p->width != p->heads * p->head_dim, AS_TAKES_WIDTH) |
           bit_if(p->value_dim && p->value_dim != p->head_dim, AS_TAKES_VALUE_DIM) |
           bit_if(p->values_in_keys, AS_TAKES_VALUES_IN_KEYS) | bit_if(p->cross, AS_TAKES_CROSS) |
           bit_if(p->page, AS_TAKES_PAGES) | bit_if(p->layout != AS_BHTD, AS_TAKES_LAYOUT) |
           bit_if(p->log_sum_exp, AS_TAKES_LSE) | bit_if(p->pass != AS_FORWARD, AS_TAKES_BACKWARD) |
           bit_if(p->segments, AS_TAKES_SEGMENTS) | bit_if(p->ranks > 1, AS_TAKES_RANKS) |
           bit_if(p->dtype != AS_F32 && p->dtype != AS_BF16, AS_TAKES_DTYPE(p->dtype)) |
           bit_if(p->kv_type && as_problem_kv_dtype(p) != p->dtype, AS_TAKES_KV(as_problem_kv_dtype(p)));
}

bool as_kernel_refuses(const as_kernel *kernel, const as_problem *p, char *why, size_t cap)
{
    const uint64_t missing = as_problem_asks(p) & ~kernel->takes;
    const char *what = "something that this program has no word for";
    if (missing) {
        for (size_t i = sizeof asks / sizeof *asks; i-- > 0;)
            what = missing & asks[i].bit ? asks[i].what : what;
        snprintf(why, cap, "does not take %s", what);
        return true;
    }
    snprintf(why, cap, "%s", "");
    if (!kernel->refuse || !kernel->refuse(p, why, cap))
        return false;
    if (!*why)
        snprintf(why, cap, "refuses this case without saying why");
    return true;
}

/* Views, strides and parts are words of the contract that this program does not speak yet. */
static bool is_known(const as_operand *o)
{
    bool zero = o->view_of == 0 && o->part == AS_PART_PLAIN;
    for (size_t i = 0; i < sizeof o->reserved / sizeof *o->reserved; i++)
        zero = zero && o->reserved[i] == 0;
    for (int i = 0; i < AS_RANK_MAX; i++)
        zero = zero && o->stride[i] == 0;
    return zero && o->name && o->rank >= 1 && o->rank <= AS_RANK_MAX && (unsigned)o->role <= AS_KEPT &&
           (unsigned)o->fill <= AS_FILL_WEIGHT_ROWS && (unsigned)o->dtype < AS_DTYPE_COUNT;
}

size_t as_kernel_operands(const as_kernel *kernel, const as_problem *p, as_operand table[AS_OPERANDS_MAX])
{
    memset(table, 0, AS_OPERANDS_MAX * sizeof *table);
    const size_t count = kernel->operands(p, table);
    bool known = count <= AS_OPERANDS_MAX;
    for (size_t i = 0; known && i < count; i++)
        known = is_known(&table[i]);
    return known ? count : 0;
}

void as_kernel_other_abi(uint32_t abi, char *why, size_t cap)
{
    snprintf(why, cap,
             abi < AS_KERNEL_ABI ? "built for plug-in ABI %u, this program speaks %u: change its source as "
                                   "docs/abi-%u.md says and rebuild it with this program's kernel.h"
                                 : "built for plug-in ABI %u, this program speaks %u: update attnscope, or rebuild the "
                                   "plug-in with this program's kernel.h, which speaks %u",
             abi, AS_KERNEL_ABI, AS_KERNEL_ABI);
}

/* ABI 1 and 2 had the ABI where struct_size is now. */
enum { SMALLEST_DESCRIPTOR = offsetof(as_kernel, chosen) + sizeof(void *) };

bool as_kernel_adopt(const as_kernel *kernel, as_kernel *out, char *why, size_t cap)
{
    const uint32_t size = kernel->struct_size, abi = size < SMALLEST_DESCRIPTOR ? size : kernel->abi;
    if (abi != AS_KERNEL_ABI || size < SMALLEST_DESCRIPTOR) {
        as_kernel_other_abi(abi, why, cap);
        return false;
    }
    *out = (as_kernel){0};
    memcpy(out, kernel, size < sizeof *out ? size : sizeof *out);
    out->struct_size = sizeof *out;
    for (size_t i = sizeof *out; i < size; i++)
        if (((const unsigned char *)kernel)[i]) {
            snprintf(why, cap, "uses a part of the descriptor that this program does not know: update attnscope");
            return false;
        }
    return true;
}

const char *as_kernel_mechanism(const as_kernel *kernel, size_t *length)
{
    const char *text = kernel->mechanism ? kernel->mechanism : kernel->name;
    *length = strcspn(text, "/");
    return text;
}
