/* tensor.c: checks the user's .npy files, alone and together, and copies them into the arrays of kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/common/bf16.h"
#include "internal.h"

static const char *const dimension_names[] = {"batch", "heads", "tokens", "width"};

bool as_tensor_open(as_tensor *t, const char *name, const char *path, as_err *err)
{
    char why[600];
    *t = (as_tensor){.path = path, .name = name};
    if (!as_npy_open(&t->file, path, 0, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "--%s %s", name, why);
    const as_npy *f = &t->file;
    if (f->type != AS_NPY_F32 && f->type != AS_NPY_F16 && f->type != AS_NPY_U16)
        return as_fail(err, AS_EXIT_USAGE,
                       "--%s %.200s: holds %s: save float32, float16 or uint16 (bfloat16 bits), e.g. a.astype('<f4')",
                       name, path, as_npy_descr(f->type));
    if (f->rank != 3 && f->rank != 4)
        return as_fail(err, AS_EXIT_USAGE,
                       "--%s %.200s: has %d dimension%s: save (heads, tokens, width) or (batch, heads, tokens, width)",
                       name, path, f->rank, f->rank == 1 ? "" : "s");
    t->batched = f->rank == 4;
    t->shape[0] = 1;
    size_t step = 1;
    for (int i = 0; i < f->rank; i++) {
        const int from = f->fortran ? i : f->rank - 1 - i, to = from + 4 - f->rank;
        if (!f->shape[from])
            return as_fail(err, AS_EXIT_USAGE, "--%s %.200s: its %s dimension (index %d) is 0: nothing to work on",
                           name, path, dimension_names[to], from);
        t->shape[to] = f->shape[from];
        t->stride[to] = step;
        step *= f->shape[from];
    }
    return true;
}

void as_tensor_close(as_tensor *t) { as_npy_close(&t->file); }

static bool same_dimension(const as_tensor *a, const as_tensor *b, int dimension, as_err *err)
{
    if (a->shape[dimension] == b->shape[dimension])
        return true;
    return as_fail(err, AS_EXIT_USAGE, "--%s %.150s and --%s %.150s differ in %s: %zu and %zu, which must be equal",
                   a->name, a->path, b->name, b->path, dimension_names[dimension], a->shape[dimension],
                   b->shape[dimension]);
}

bool as_tensors_agree(const as_tensor *q, const as_tensor *k, const as_tensor *v, as_problem *p, as_err *err)
{
    uint64_t work;
    for (int i = 0; i < 4; i++)
        if ((i != 1 && i != 2 && !same_dimension(q, k, i, err)) || !same_dimension(k, v, i, err))
            return false;
    p->batch = q->shape[0];
    p->heads = q->shape[1];
    p->kv_heads = k->shape[1];
    p->length = q->shape[2];
    p->context = k->shape[2];
    p->head_dim = q->shape[3];
    if (p->heads % p->kv_heads)
        return as_fail(err, AS_EXIT_USAGE, "--k has %zu heads, --q %zu: key heads must divide query heads", p->kv_heads,
                       p->heads);
    if (p->length > p->context)
        return as_fail(err, AS_EXIT_USAGE,
                       "--q has %zu tokens, --k only %zu: the queries are the last of the keys' tokens, so give at "
                       "least as many keys",
                       p->length, p->context);
    if (__builtin_mul_overflow(p->length, p->context, &work) || __builtin_mul_overflow(work, p->heads, &work) ||
        __builtin_mul_overflow(work, p->head_dim, &work) || __builtin_mul_overflow(work, p->batch, &work) ||
        work > INT64_MAX / 16)
        return as_fail(err, AS_EXIT_USAGE, "%zu queries and %zu keys are more work than can be counted: cut them up",
                       p->length, p->context);
    return true;
}

/* ---- numbers */

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* binary16: 1 sign, 5 exponent, 10 fraction bits. */
static float float_of_half(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023;
    if (exponent == 31)
        return float_of_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent)
        return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    const float tiny = (float)fraction * 0x1p-24f; /* a subnormal of binary16 is a normal float */
    return sign ? -tiny : tiny;
}

static float item_as_float(const as_npy *f, size_t i)
{
    switch (f->type) {
    case AS_NPY_F32:
        return ((const float *)f->data)[i];
    case AS_NPY_F16:
        return float_of_half(((const uint16_t *)f->data)[i]);
    default:
        return as_bf16_float(((const uint16_t *)f->data)[i]);
    }
}

/* ---- the copy */

typedef struct {
    size_t count, at[4];
    float first;
} odd_values;

static void warn_of_odd_values(const as_tensor *t, const odd_values *odd, void (*warn)(const char *text))
{
    char text[500];
    const size_t *at = odd->at;
    const char *kind = isnan(odd->first) ? "NaN" : odd->first > 0 ? "infinity" : "-infinity";
    int n = snprintf(text, sizeof text, "--%s %.200s: %s at [", t->name, t->path, kind);
    if (t->batched)
        n += snprintf(text + n, sizeof text - (size_t)n, "%zu,", at[0]);
    snprintf(text + n, sizeof text - (size_t)n,
             "%zu,%zu,%zu], %zu such value%s in all: they spread as IEEE arithmetic has it", at[1], at[2], at[3],
             odd->count, odd->count == 1 ? "" : "s");
    warn(text);
}

/* One row of d values; returns its Euclidean norm over the finite ones. */
static double copy_row(as_tensor *t, size_t from, as_dtype dtype, void *out, size_t to, odd_values *odd, size_t *bad)
{
    double squares = 0;
    for (size_t c = 0; c < t->shape[3]; c++) {
        const float value = item_as_float(&t->file, from + c * t->stride[3]);
        if (dtype == AS_F32)
            ((float *)out)[to + c] = value;
        else
            ((uint16_t *)out)[to + c] = as_bf16_round(value);
        if (!isfinite(value)) {
            if (!odd->count++) {
                odd->first = value;
                *bad = c;
            }
            continue;
        }
        t->largest = fmax(t->largest, fabs((double)value));
        squares += (double)value * value;
    }
    return sqrt(squares);
}

void as_tensor_copy(as_tensor *t, as_dtype dtype, void *out, void (*warn)(const char *text))
{
    const size_t *n = t->shape, *s = t->stride;
    odd_values odd = {0};
    size_t to = 0;
    t->largest = t->norm_largest = 0;
    for (size_t b = 0; b < n[0]; b++)
        for (size_t h = 0; h < n[1]; h++)
            for (size_t i = 0; i < n[2]; i++, to += n[3]) {
                size_t bad = SIZE_MAX;
                const double norm = copy_row(t, b * s[0] + h * s[1] + i * s[2], dtype, out, to, &odd, &bad);
                t->norm_largest = fmax(t->norm_largest, norm);
                if (bad != SIZE_MAX)
                    memcpy(odd.at, (size_t[4]){b, h, i, bad}, sizeof odd.at);
            }
    if (odd.count && warn)
        warn_of_odd_values(t, &odd, warn);
}
