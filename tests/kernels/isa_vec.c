/* isa_vec.c: each word of kernels/vec against plain C, on random and edge values; built once for each instruction set.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "isa_vec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernels/api/builtin.h"
#include "../../kernels/common/random.h"
#include "../../kernels/vec/elu.h"
#include "../../kernels/vec/row.h"

#define ROUNDS 20000

/* In turn: an edge, any bit pattern, or an ordinary number in (-4, 4). */
static float any(uint64_t *state)
{
    static const float edges[] = {0,        -0.0f,   1,        -1,          INFINITY,   -INFINITY, NAN,  FLT_MAX,
                                  -FLT_MAX, FLT_MIN, -FLT_MIN, FLT_MIN / 2, -0x1p-149f, 0x1p-149f, 0.5f, 2.5f};
    const uint64_t r = as_random_next(state);
    const uint32_t bits = (uint32_t)(r >> 32);
    float x;
    memcpy(&x, &bits, sizeof x);
    return r % 3 == 0 ? edges[r / 3 % 16] : r % 3 == 1 ? x : (float)(int32_t)bits * 0x1p-29f;
}

static float ordinary(uint64_t *state) { return (float)(int32_t)(as_random_next(state) >> 32) * 0x1p-29f; }

/* Bit by bit, any NaN being as good as another. */
static bool same(float a, float b) { return (isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a); }

static bool broken(char *why, size_t cap, const char *word, float a, float b, float c, float got, float want)
{
    snprintf(why, cap, "%s(%a, %a, %a) is %a, should be %a", word, (double)a, (double)b, (double)c, (double)got,
             (double)want);
    return false;
}

static bool arithmetic(uint64_t seed, char *why, size_t cap)
{
    float a[VF_N], b[VF_N], c[VF_N], add[VF_N], sub[VF_N], mul[VF_N], max[VF_N], fma[VF_N];
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < VF_N; i++)
            a[i] = any(&seed), b[i] = any(&seed), c[i] = any(&seed);
        const vf x = vf_load(a), y = vf_load(b);
        vf_store(add, vf_add(x, y));
        vf_store(sub, vf_sub(x, y));
        vf_store(mul, vf_mul(x, y));
        vf_store(max, vf_max(x, y));
        vf_store(fma, vf_fma(x, y, vf_load(c)));
        for (int i = 0; i < VF_N; i++) {
            /* the scalar rung rounds twice: plain C has no fused multiply-add that is fast everywhere */
            const float sum = VF_N > 1 ? fmaf(a[i], b[i], c[i]) : a[i] * b[i] + c[i];
            if (!same(add[i], a[i] + b[i]))
                return broken(why, cap, "vf_add", a[i], b[i], 0, add[i], a[i] + b[i]);
            if (!same(sub[i], a[i] - b[i]))
                return broken(why, cap, "vf_sub", a[i], b[i], 0, sub[i], a[i] - b[i]);
            if (!same(mul[i], a[i] * b[i]))
                return broken(why, cap, "vf_mul", a[i], b[i], 0, mul[i], a[i] * b[i]);
            if (!same(max[i], a[i] > b[i] ? a[i] : b[i]))
                return broken(why, cap, "vf_max", a[i], b[i], 0, max[i], a[i] > b[i] ? a[i] : b[i]);
            if (!same(fma[i], sum))
                return broken(why, cap, "vf_fma", a[i], b[i], c[i], fma[i], sum);
        }
    }
    return true;
}

static bool constants(uint64_t seed, char *why, size_t cap)
{
    float zero[VF_N], set[VF_N];
    for (int round = 0; round < 100; round++) {
        const float x = any(&seed);
        vf_store(zero, vf_zero());
        vf_store(set, vf_set(x));
        for (int i = 0; i < VF_N; i++)
            if (!same(set[i], x) || !same(zero[i], 0))
                return broken(why, cap, "vf_set or vf_zero", x, 0, 0, set[i], x);
    }
    return true;
}

/* Over the lanes, in any order: as exact as float32 sums are. A NaN or an infinity anywhere comes out. */
static bool lanes(uint64_t seed, char *why, size_t cap)
{
    float a[VF_N];
    for (int round = 0; round < ROUNDS; round++) {
        double sum = 0, size = 0;
        float top = -INFINITY;
        for (int i = 0; i < VF_N; i++) {
            a[i] = ordinary(&seed);
            sum += a[i], size += fabs((double)a[i]);
            top = a[i] > top ? a[i] : top;
        }
        const float got = vf_sum(vf_load(a));
        if (fabs(got - sum) > size * VF_N * 0x1p-24)
            return broken(why, cap, "vf_sum", a[0], a[VF_N - 1], VF_N, got, (float)sum);
        if (vf_top(vf_load(a)) != top)
            return broken(why, cap, "vf_top", a[0], a[VF_N - 1], VF_N, vf_top(vf_load(a)), top);
        a[round % VF_N] = NAN;
        if (!isnan(vf_sum(vf_load(a))))
            return broken(why, cap, "vf_sum of a NaN", a[0], a[VF_N - 1], VF_N, vf_sum(vf_load(a)), NAN);
        a[round % VF_N] = INFINITY;
        if (vf_sum(vf_load(a)) != INFINITY || vf_top(vf_load(a)) != INFINITY)
            return broken(why, cap, "vf_sum or vf_top of an infinity", a[0], a[VF_N - 1], VF_N, vf_sum(vf_load(a)),
                          INFINITY);
    }
    for (int i = 0; i < VF_N; i++)
        a[i] = -INFINITY;
    return vf_top(vf_load(a)) == -INFINITY || broken(why, cap, "vf_top", a[0], a[0], VF_N, vf_top(vf_load(a)), a[0]);
}

/* 1.5 2^23 + 127 + n, as a sum that was rounded to a whole n leaves it. */
static bool powers(char *why, size_t cap)
{
    float got[VF_N];
    for (int n = -127; n <= 127; n++) {
        const float want = n == -127 ? 0 : ldexpf(1, n);
        vf_store(got, vf_power2(vf_set(12582912.0f + 127 + (float)n)));
        for (int i = 0; i < VF_N; i++)
            if (!same(got[i], want))
                return broken(why, cap, "vf_power2", (float)n, 0, 0, got[i], want);
    }
    return true;
}

static bool keeps(uint64_t seed, char *why, size_t cap)
{
    float x[VF_N], y[VF_N], to[VF_N], also[VF_N];
    for (int round = 0; round < 100; round++) {
        const float floor = round % 9 == 0 ? -INFINITY : ordinary(&seed);
        size_t due = 0;
        for (int i = 0; i < VF_N; i++)
            x[i] = i % 5 == round % 5 ? floor : ordinary(&seed), y[i] = (float)i;
        const size_t n = vf_keep(vf_load(x), vf_load(y), floor, to, also);
        for (int i = 0; i < VF_N; i++)
            if (x[i] > floor) {
                if (due >= n || to[due] != x[i] || also[due] != (float)i)
                    return broken(why, cap, "vf_keep", x[i], floor, (float)i, to[due], x[i]);
                due++;
            }
        if (due != n)
            return broken(why, cap, "vf_keep: how many", floor, 0, 0, (float)n, (float)due);
    }
    return true;
}

/* For every n: the first n floats and no others are read and written. `from` and `to` are the ends of a page between
 * two that cannot be touched. */
static bool parts(float *from, float *to, char *why, size_t cap)
{
    float got[VF_N];
    for (size_t n = 0; n <= VF_N; n++)
        for (int end = 0; end < 2; end++) {
            float *p = end ? to - n : from;
            for (size_t i = 0; from + i < to; i++)
                from[i] = (float)i + 1;
            vf_store(got, vf_load_n(p, n));
            for (size_t i = 0; i < VF_N; i++)
                if (!same(got[i], i < n ? p[i] : 0))
                    return broken(why, cap, "vf_load_n: n, lane", (float)n, (float)i, 0, got[i], i < n ? p[i] : 0);
            vf_store_n(p, vf_set(-1), n);
            for (float *x = from; x < to; x++) {
                const float want = x >= p && x < p + n ? -1 : (float)(x - from) + 1;
                if (!same(*x, want))
                    return broken(why, cap, "vf_store_n: n, at", (float)n, (float)(x - from), 0, *x, want);
            }
        }
    for (size_t offset = 0; offset < 5; offset++) { /* whole vectors at any alignment, up to the very end */
        vf_store(from + offset, vf_load(to - VF_N));
        if (memcmp(from + offset, to - VF_N, sizeof got))
            return broken(why, cap, "vf_load, vf_store: offset", (float)offset, 0, 0, from[offset], to[-VF_N]);
    }
    return true;
}

/* The dot product of row.h reads whole vectors and a part; both arguments end where memory does. */
static bool dots(float *from, float *to, uint64_t seed, char *why, size_t cap)
{
    for (size_t d = 0; d < 70; d++) {
        double sum = 0, size = 0;
        float *a = to - d, *b = from;
        for (size_t c = 0; c < d; c++) {
            a[c] = ordinary(&seed), b[c] = ordinary(&seed);
            sum += (double)a[c] * b[c], size += fabs((double)a[c] * b[c]);
        }
        const float got = vf_dot(a, b, d), back = vf_dot(b, a, d);
        if (fabs(got - sum) > size * 20 * 0x1p-24 || got != back)
            return broken(why, cap, "vf_dot: d", (float)d, 0, 0, got, (float)sum);
    }
    return true;
}

/* vf_columns: lane i of vector j is column j of row i. vf_elu1_four: each of the four is what it is alone, to the last
 * bit. */
static bool fours(uint64_t seed, char *why, size_t cap)
{
    float x[VF_N * 9], alone[VF_N], four[VF_N];
    vf column[4], side[4];
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < VF_N * 9; i++)
            x[i] = any(&seed);
        vf_columns(x, 9, column);
        for (size_t j = 0; j < 4; j++)
            side[j] = column[j];
        vf_elu1_four(side);
        for (size_t j = 0; j < 4; j++) {
            vf_store(alone, column[j]);
            for (size_t i = 0; i < VF_N; i++)
                if (!same(alone[i], x[i * 9 + j]))
                    return broken(why, cap, "vf_columns", (float)i, (float)j, 0, alone[i], x[i * 9 + j]);
            vf_store(alone, vf_elu1(column[j]));
            vf_store(four, side[j]);
            for (size_t i = 0; i < VF_N; i++)
                if (!same(alone[i], four[i]))
                    return broken(why, cap, "vf_elu1_four", x[i * 9 + j], 0, 0, four[i], alone[i]);
        }
    }
    return true;
}

/* vf_sums: lane r is the sum of vector r, and of no other. */
static bool sums(uint64_t seed, char *why, size_t cap)
{
    float x[VF_N][VF_N], got[VF_N];
    vf row[VF_N];
    for (int round = 0; round < 100; round++) {
        for (size_t r = 0; r < VF_N; r++) {
            for (size_t i = 0; i < VF_N; i++)
                x[r][i] = ordinary(&seed);
            row[r] = vf_load(x[r]);
        }
        vf_store(got, vf_sums(row));
        for (size_t r = 0; r < VF_N; r++) {
            double sum = 0, size = 0;
            for (size_t i = 0; i < VF_N; i++)
                sum += (double)x[r][i], size += fabs((double)x[r][i]);
            if (fabs(got[r] - sum) > size * VF_N * 0x1p-24)
                return broken(why, cap, "vf_sums: row", (float)r, 0, 0, got[r], (float)sum);
        }
    }
    return true;
}

/* vf_widen and vf_widen_n: for every n the first n bfloat16, bit by bit, and no others, where memory begins and ends.
 */
static bool widened(uint16_t *from, uint16_t *to, uint64_t seed, char *why, size_t cap)
{
    float got[VF_N];
    for (uint16_t *x = from; x < to; x++)
        *x = (uint16_t)as_random_next(&seed);
    for (size_t n = 0; n <= VF_N + 1; n++)
        for (int end = 0; end < 2; end++) {
            const size_t lanes = n > VF_N ? VF_N : n;
            const uint16_t *p = end ? to - lanes : from;
            vf_store(got, n > VF_N ? vf_widen(p) : vf_widen_n(p, n));
            for (size_t i = 0; i < VF_N; i++) {
                const uint32_t bits = i < lanes ? (uint32_t)p[i] << 16 : 0;
                float want;
                memcpy(&want, &bits, sizeof want);
                if (!same(got[i], want))
                    return broken(why, cap, "vf_widen: n, lane", (float)n, (float)i, 0, got[i], want);
            }
        }
    return true;
}

static bool memory(uint64_t seed, char *why, size_t cap)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *map = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map, page, PROT_NONE) || mprotect(map + 2 * page, page, PROT_NONE)) {
        snprintf(why, cap, "no memory");
        return false;
    }
    float *from = (float *)(void *)(map + page), *to = (float *)(void *)(map + 2 * page);
    const bool ok = parts(from, to, why, cap) && dots(from, to, seed, why, cap) &&
                    widened((uint16_t *)(void *)from, (uint16_t *)(void *)to, seed, why, cap);
    munmap(map, 3 * page);
    return ok;
}

static bool laws(uint64_t seed, char *why, size_t cap)
{
    return arithmetic(seed, why, cap) && constants(seed, why, cap) && lanes(seed, why, cap) && powers(why, cap) &&
           keeps(seed, why, cap) && fours(seed, why, cap) && sums(seed, why, cap) && memory(seed, why, cap);
}

static void exp2_of(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i += VF_N)
        vf_store(y + i, vf_exp2(vf_load(x + i)));
}

static void exp2_short_of(const float *x, float *y, size_t n)
{
    for (size_t i = 0; i < n; i += VF_N)
        vf_store(y + i, vf_exp2_short(vf_load(x + i)));
}

extern const test_vec AS_PASTE(test_vec, AS_ISA_NAME);
const test_vec AS_PASTE(test_vec, AS_ISA_NAME) = {AS_THIS_ISA, VF_N, laws, exp2_of, exp2_short_of};
