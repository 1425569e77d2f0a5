/* multiply.c: the register block of tile/amx.h on the model of amx_model.h, against float64; compiled as kernels are.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "amx_laws.h"

#include "common/random.h"
#include "tile/format.h"

/* A bfloat16 between -2 and 2. */
static uint16_t ordinary(uint64_t *state) { return as_bf16_round((float)(as_random_next(state) >> 40) * 0x1p-22f - 2); }

/* --- the model --------------------------------------------------------------------------------------------------- */

/* One row by one column: `c` plus the products of n pairs a with pairs of ones. */
static float one_sum(float c, const float (*a)[2], int n)
{
    uint32_t left[16] = {0}, right[16][16] = {{0}};
    for (int k = 0; k < n; k++) {
        left[k] = (uint32_t)as_bf16_round(a[k][0]) | (uint32_t)as_bf16_round(a[k][1]) << 16;
        right[k][0] = 0x3f803f80;
    }
    tile_amx_configure(1, 16);
    _tile_loadd(AMX_C00, &(float[16]){c}, 64);
    _tile_loadd(AMX_A0, left, 64);
    _tile_loadd(AMX_B0, right, 64);
    _tile_dpbf16ps(AMX_C00, AMX_A0, AMX_B0);
    float out[16];
    _tile_stored(AMX_C00, out, 64);
    tile_amx_end();
    return out[0];
}

bool amx_model_laws(char *why, size_t cap)
{
    static const struct {
        const char *about;
        float c, a[3][2], want;
    } laws[] = {
        {"a pair is summed", 0, {{2, 3}}, 5},
        {"the tile is added to", 0.5f, {{2, 3}}, 5.5f},
        {"a tie goes to even", 1, {{0x1p-24f, 0}}, 1},
        {"above a tie goes up", 1, {{0x1p-24f, 0x1p-40f}}, 1 + 0x1p-23f},
        {"even elements are summed one by one", 0, {{1, 0}, {0x1p-24f, 0}, {0x1p-24f, 0}}, 1},
        {"odd elements have a sum of their own", 0, {{1, 0}, {0, 0x1p-24f}, {0, 0x1p-24f}}, 1 + 0x1p-23f},
        {"the tile is added last", 1, {{0x1p-24f, 0}, {0x1p-24f, 0}}, 1 + 0x1p-23f},
        {"a denormal element is 0", 0, {{0x1p-127f, 0x1p-127f}}, 0},
        {"a denormal of the tile is 0", 0x1p-127f, {{0, 0}}, 0},
        {"a denormal sum is 0", 0, {{0x1.8p-126f, -0x1p-126f}}, 0},
        {"the least normal stays", 0, {{0x1p-126f, 0}}, 0x1p-126f},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const float got = one_sum(laws[i].c, laws[i].a, 3);
        if (got != laws[i].want) {
            snprintf(why, cap, "%s: %a, not %a", laws[i].about, (double)got, (double)laws[i].want);
            return false;
        }
    }
    return true;
}

/* --- the block --------------------------------------------------------------------------------------------------- */

#define LDC_MAX TILE_STRIDE
#define GUARD 0x1.5p60f /* in C, where nothing may be written */

typedef struct {
    float a[TILE_STRIP_MAX * TILE_STRIDE], b[(TILE_KC + 1) * TILE_NR];
    float c[(TILE_STRIP_MAX + 1) * LDC_MAX], before[(TILE_STRIP_MAX + 1) * LDC_MAX];
} operands;

static double product(const operands *x, size_t i, size_t j, int nv, size_t n, double *size)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t half = 0; half < 2; half++) {
            const double left = (double)tile_bf16_element(x->a, (i * TILE_STRIDE + k) * 2 + half);
            const double right = (double)tile_bf16_element(x->b, (k * (size_t)nv * VF_N + j) * 2 + half);
            sum += left * right;
            *size += fabs(left * right);
        }
    return sum;
}

/* NaN wherever the block must not look. */
static void fill(operands *x, int rows, int nv, size_t n, size_t ldc, uint64_t *seed)
{
    memset(x->a, 0xff, sizeof x->a);
    memset(x->b, 0xff, sizeof x->b);
    uint16_t *a = (uint16_t *)(void *)x->a, *b = (uint16_t *)(void *)x->b;
    for (size_t i = 0; i < (size_t)rows; i++)
        for (size_t k = 0; k < 2 * n; k++)
            a[i * TILE_STRIDE * 2 + k] = ordinary(seed);
    for (size_t k = 0; k < n * (size_t)nv * VF_N * 2; k++)
        b[k] = ordinary(seed);
    for (size_t i = 0; i < sizeof x->c / sizeof *x->c; i++)
        x->c[i] = GUARD;
    for (size_t i = 0; i < (size_t)rows; i++)
        for (size_t j = 0; j < (size_t)nv * VF_N; j++)
            x->c[i * ldc + j] = (float)(as_random_next(seed) >> 40) * 0x1p-22f - 2;
    memcpy(x->before, x->c, sizeof x->c);
}

static bool one_shape(operands *x, int rows, int nv, size_t n, size_t ldc, bool add, uint64_t *seed, char *why,
                      size_t cap)
{
    fill(x, rows, nv, n, ldc, seed);
    tile_amx.multiply(rows, nv, n, x->a, x->b, x->c, ldc, add);
    for (size_t at = 0; at < sizeof x->c / sizeof *x->c; at++) {
        const size_t i = at / ldc, j = at % ldc;
        double want = (double)GUARD, size = 0, before = add ? (double)x->before[at] : 0;
        if (i < (size_t)rows && j < (size_t)nv * VF_N)
            want = before + product(x, i, j, nv, n, &size);
        /* n roundings in each of two sums, one for both, two for C: none of more than 2^-24 of all magnitudes */
        if (!(fabs((double)x->c[at] - want) <= (size + fabs(before)) * ((double)n + 3) * 0x1p-24)) {
            snprintf(why, cap, "%d rows, %d vectors, %zu cells, ldc %zu%s: C(%zu, %zu) is %g, not %g", rows, nv, n, ldc,
                     add ? ", add" : "", i, j, (double)x->c[at], want);
            return false;
        }
    }
    return true;
}

bool amx_multiply_laws(char *why, size_t cap)
{
    static const size_t depths[] = {1, 2, 15, 16, 17, 31, 32, 40, 64, TILE_KC - 1, TILE_KC};
    static operands x;
    uint64_t seed = 1;
    bool ok = true;
    for (int rows = 1; ok && rows <= (int)tile_amx.strip; rows++)
        for (int nv = 1; ok && nv <= TILE_NV; nv++)
            for (size_t i = 0; ok && i < sizeof depths / sizeof *depths; i++) {
                const bool add = (rows + (int)i) % 2; /* each kind of tail with and without */
                const size_t tight = (size_t)nv * VF_N;
                ok = one_shape(&x, rows, nv, depths[i], i % 3 ? TILE_STRIDE : tight, add, &seed, why, cap) &&
                     (i > 4 || one_shape(&x, rows, nv, depths[i], tight + VF_N, !add, &seed, why, cap));
            }
    tile_amx_end();
    return ok;
}

bool amx_configure_laws(char *why, size_t cap)
{
    static operands x;
    uint64_t seed = 1;
    const int before = amx_model_loads;
    fill(&x, 32, 2, 32, TILE_STRIDE, &seed);
    for (int i = 0; i < 5; i++)
        tile_amx.multiply(32, 2, 32, x.a, x.b, x.c, TILE_STRIDE, false);
    const int same = amx_model_loads - before;
    tile_amx.multiply(32, 2, 20, x.a, x.b, x.c, TILE_STRIDE, false); /* 16, then 4 */
    tile_amx.multiply(7, 2, 4, x.a, x.b, x.c, TILE_STRIDE, false);
    const int others = amx_model_loads - before - same, held = amx_model_held;
    tile_amx.end();
    tile_amx.end();
    snprintf(why, cap, "%d loads for one shape, %d for two more, %d held before the end, %d after", same, others, held,
             (int)amx_model_held);
    return same == 1 && others == 2 && held == 1 && amx_model_held == 0;
}
