/* exp_error.h: how far vf_exp2 is from 2^x, in units of the last place of the correctly rounded result.
 * SPDX-License-Identifier: Apache-2.0
 * The truth is exp2 in double: within 1 ulp of double, 2^-29 of ours. What is asked of every rung:
 *   x is NaN                NaN
 *   x <= -126.5, -infinity  +0
 *   -126.5 < x < -126       the denormal, counted in units of 2^-149
 *   -126 <= x <= 127        counted in ulp
 * Above 127 nothing is asked; a softmax has x <= 8 there. */
#ifndef TEST_EXP_ERROR_H
#define TEST_EXP_ERROR_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "isa_vec.h"

typedef struct {
    double ulp, denormal; /* the largest seen */
    float at, denormal_at;
    uint64_t count; /* inputs looked at */
    uint64_t wrong; /* no NaN or no 0 where it should be */
    float wrong_at;
} exp_error;

static void exp_error_one(exp_error *e, float x, float y)
{
    e->count++;
    if (isnan(x) || x <= -126.5f) {
        if (isnan(x) ? !isnan(y) : y != 0 || signbit(y)) {
            e->wrong++;
            e->wrong_at = x;
        }
        return;
    }
    if (x > 127)
        return;
    const double truth = exp2((double)x);
    int exponent;
    (void)frexp((double)(float)truth, &exponent); /* m 2^exponent, 1/2 <= m < 1 */
    const double off = fabs((double)y - truth), ulp = x < -126 ? off * 0x1p149 : ldexp(off, 24 - exponent);
    double *most = x < -126 ? &e->denormal : &e->ulp;
    if (!(ulp <= *most)) { /* so that a NaN stays */
        *most = ulp;
        *(x < -126 ? &e->denormal_at : &e->at) = x;
    }
}

/* Every `stride`-th bit pattern of all 2^32. */
static exp_error exp_error_sweep(const test_vec *v, uint32_t stride)
{
    enum { BATCH = 4096 };
    float x[BATCH], y[BATCH];
    exp_error e = {0};
    for (uint64_t from = 0; from < (uint64_t)1 << 32; from += (uint64_t)BATCH * stride) {
        for (uint32_t i = 0; i < BATCH; i++) {
            const uint32_t bits = (uint32_t)(from + (uint64_t)i * stride);
            memcpy(&x[i], &bits, sizeof bits);
        }
        v->exp2(x, y, BATCH);
        for (uint32_t i = 0; i < BATCH && from + (uint64_t)i * stride < (uint64_t)1 << 32; i++)
            exp_error_one(&e, x[i], y[i]);
    }
    return e;
}

static float exp_error_at(const test_vec *v, float x)
{
    float in[TEST_LANES_MAX], out[TEST_LANES_MAX];
    for (int i = 0; i < TEST_LANES_MAX; i++)
        in[i] = x;
    v->exp2(in, out, TEST_LANES_MAX);
    return out[TEST_LANES_MAX - 1];
}

/* Whole and half numbers of the range, and their neighbours on both sides: where the rounding of x turns. */
static exp_error exp_error_edges(const test_vec *v)
{
    exp_error e = {0};
    for (int half = -2 * 160; half <= 2 * 127; half++) {
        const float x = (float)half / 2, below = nextafterf(x, -INFINITY), above = nextafterf(x, INFINITY);
        exp_error_one(&e, x, exp_error_at(v, x));
        exp_error_one(&e, below, exp_error_at(v, below));
        exp_error_one(&e, above, exp_error_at(v, above));
    }
    return e;
}

/* docs/kernels.md, "exp", has the exact maxima. The scalar rung rounds product and sum apart. */
static bool exp_error_within(const test_vec *v, const exp_error *e)
{
    return e->wrong == 0 && e->ulp <= (v->isa == AS_SCALAR ? 1.25 : 1.0) && e->denormal <= 1;
}

static void exp_error_print(const test_vec *v, const exp_error *e)
{
    printf("exp %s: %.4f ulp at most, at x = %.9g (%a); denormal results %.3f units of 2^-149, at %.9g; "
           "%llu inputs, %llu wrong",
           as_isa_name(v->isa), e->ulp, (double)e->at, (double)e->at, e->denormal, (double)e->denormal_at,
           (unsigned long long)e->count, (unsigned long long)e->wrong);
    if (e->wrong)
        printf(", such as %a", (double)e->wrong_at);
    printf("\n");
}

#endif
