/* multiply.c: tile/amx.h, amx_pack.h and amx_weights.h on the model of amx_model.h, against float64; compiled as
 * kernels are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "amx_laws.h"

#include "common/random.h"
#include "tile/amx_pack.h"
#include "tile/amx_weights.h"

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
    float tile[16][16] = {{c}}, lefts[16][16];
    memset(lefts, 0, sizeof lefts);
    memcpy(lefts, left, sizeof left);
    amx_begin();
    _tile_loadd(AMX_C00, tile, 64);
    _tile_loadd(AMX_A0, lefts, 64);
    _tile_loadd(AMX_B0, right, 64);
    _tile_dpbf16ps(AMX_C00, AMX_A0, AMX_B0);
    _tile_stored(AMX_C00, tile, 64);
    amx_end();
    return tile[0][0];
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

/* --- products ---------------------------------------------------------------------------------------------------- */

enum { STEPS_MAX = 5 };
#define GUARD 0x1.5p60f /* where nothing may be written */

typedef struct {
    float left[2 * STEPS_MAX * AMX_TILE], right[2 * STEPS_MAX * AMX_TILE]; /* (rows or columns, step) */
    float sums[2][6 * AMX_TILE], before[2][6 * AMX_TILE]; /* of two products: 00 01, one tile free, 10 11 */
} operands;

static const size_t BELOW = 3 * AMX_TILE;

static double cell_product(const float *left, const float *right, size_t i, size_t j, double *size)
{
    double sum = 0;
    for (size_t k = 0; k < AMX_SIDE; k++)
        for (size_t half = 0; half < 2; half++) {
            const double a = (double)tile_bf16_element(left, (i * AMX_SIDE + k) * 2 + half);
            const double b = (double)tile_bf16_element(right, (k * AMX_SIDE + j) * 2 + half);
            sum += a * b;
            *size += fabs(a * b);
        }
    return sum;
}

static void fill(operands *x, uint64_t *seed)
{
    uint16_t *a = (uint16_t *)(void *)x->left, *b = (uint16_t *)(void *)x->right;
    for (size_t i = 0; i < 2 * (sizeof x->left / sizeof *x->left); i++) {
        a[i] = ordinary(seed);
        b[i] = ordinary(seed);
    }
    for (size_t m = 0; m < 2; m++)
        for (size_t i = 0; i < 6 * AMX_TILE; i++)
            x->sums[m][i] = GUARD;
    for (size_t m = 0; m < 2; m++)
        for (size_t t = 0; t < 5; t++)
            for (size_t i = 0; t != 2 && i < AMX_TILE; i++)
                x->sums[m][t * AMX_TILE + i] = (float)(as_random_next(seed) >> 40) * 0x1p-22f - 2;
    memcpy(x->before, x->sums, sizeof x->sums);
}

/* Tile t of product m after it was multiplied: what it should be. */
static bool sums_hold(const operands *x, size_t m, size_t steps, bool lower, bool fresh, char *why, size_t cap)
{
    for (size_t at = 0; at < 6 * AMX_TILE; at++) {
        const size_t t = at / AMX_TILE, row = t / 3, column = t % 3, i = at / AMX_SIDE % AMX_SIDE, j = at % AMX_SIDE;
        const bool mine = column < 2 && (row == 0 || lower);
        double want = (double)x->before[m][at], size = fabs(want);
        if (mine && fresh)
            want = size = 0;
        for (size_t s = 0; mine && s < steps; s++)
            want += cell_product(x->left + (row * STEPS_MAX + s) * AMX_TILE,
                                 x->right + (column * STEPS_MAX + s) * AMX_TILE, i, j, &size);
        const double allowed = mine ? size * (double)(16 * steps + 3) * 0x1p-24 : 0;
        if (!(fabs((double)x->sums[m][at] - want) <= allowed)) {
            snprintf(why, cap, "product %zu, %zu steps%s%s: cell %zu is %g, not %g", m, steps, lower ? ", lower" : "",
                     fresh ? ", fresh" : "", at, (double)x->sums[m][at], want);
            return false;
        }
    }
    return true;
}

/* Two products one after the other: the first one's sums are stored by the second, the second one's by the flush. */
static bool two_products(operands *x, size_t steps, bool lower, bool fresh, uint64_t *seed, char *why, size_t cap)
{
    amx_sums waiting = {.at = NULL};
    fill(x, seed);
    for (size_t m = 0; m < 2; m++) {
        const amx_product product = {
            .left = x->left,
            .right = x->right,
            .left_step = AMX_TILE,
            .left_below = STEPS_MAX * AMX_TILE,
            .left_line = AMX_LINE,
            .right_step = AMX_TILE,
            .right_beside = STEPS_MAX * AMX_TILE,
            .sums = {x->sums[m], BELOW, m ? lower : true},
            .fresh = fresh,
        };
        amx_multiply(&product, steps, &waiting);
        if (waiting.at != x->sums[m] || memcmp(x->sums[m], x->before[m], sizeof x->sums[m])) {
            snprintf(why, cap, "the sums of product %zu were stored before the next one", m);
            return false;
        }
    }
    amx_flush(&waiting);
    return sums_hold(x, 0, steps, true, fresh, why, cap) && sums_hold(x, 1, steps, lower, fresh, why, cap) &&
           !waiting.at;
}

bool amx_product_laws(char *why, size_t cap)
{
    static operands x;
    uint64_t seed = 1;
    bool ok = true;
    const int before = amx_model_loads;
    amx_begin();
    for (size_t steps = 1; ok && steps <= STEPS_MAX; steps++)
        for (int kind = 0; ok && kind < 4; kind++)
            ok = two_products(&x, steps, kind & 1, kind & 2, &seed, why, cap);
    amx_end();
    amx_end();
    if (ok && amx_model_loads - before != 1)
        snprintf(why, cap, "%d configurations were loaded", amx_model_loads - before);
    return ok && amx_model_loads - before == 1 && amx_model_held == 0;
}

/* --- packing ----------------------------------------------------------------------------------------------------- */

enum { ROWS = 32, D_MAX = 100 };

/* Element c of row r, or 0 beyond. */
static uint16_t element_of(const uint16_t *x, size_t ld, size_t n, size_t d, size_t r, size_t c)
{
    return r < n && c < d ? x[r * ld + c] : 0;
}

static bool packed_right(const uint16_t *x, size_t ld, size_t n, size_t d, char *why, size_t cap)
{
    static float tiles[2 * 4 * AMX_TILE], values[2 * AMX_TILE], queries[2 * 4 * AMX_TILE];
    const size_t steps = (d + AMX_DEPTH - 1) / AMX_DEPTH;
    amx_pack_keys(x, ld, n, d, steps, tiles);
    amx_pack_queries(x, ld, n, d, steps, queries);
    amx_pack_values(x, ld, n, d < AMX_BLOCK ? d : AMX_BLOCK, values);
    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < steps * AMX_DEPTH; c++) {
            const size_t tile = (r / 16 * steps + c / 32) * AMX_TILE;
            const uint16_t want = element_of(x, ld, n, d, r, c);
            const uint16_t key = ((uint16_t *)(void *)tiles)[(tile + c % 32 / 2 * 16 + r % 16) * 2 + c % 2];
            const uint16_t query = ((uint16_t *)(void *)queries)[(tile + r % 16 * 16) * 2 + c % 32];
            const size_t cell = c / 16 * AMX_TILE + r % 16 * 16 + c % 16;
            const uint16_t value = c < 32 ? ((uint16_t *)(void *)values)[cell * 2 + r / 16] : want;
            if (key != want || query != want || value != want) {
                snprintf(why, cap, "n %zu, d %zu, ld %zu: row %zu, column %zu: %x, %x, %x, not %x", n, d, ld, r, c, key,
                         query, value, want);
                return false;
            }
        }
    return true;
}

bool amx_pack_laws(char *why, size_t cap)
{
    static uint16_t x[ROWS * (D_MAX + 3)];
    static const size_t depths[] = {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, D_MAX}, rows[] = {1, 15, 16, 17, 31, 32};
    uint64_t seed = 3;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (uint16_t)(as_random_next(&seed) >> 48);
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++)
            for (size_t more = 0; more < 4; more += 3)
                if (!packed_right(x, depths[i] + more, rows[j], depths[i], why, cap))
                    return false;
    return true;
}

/* --- weights ----------------------------------------------------------------------------------------------------- */

/* The weight of one score among ordinary ones; *fits: whether all were numbers that bfloat16 has. */
static uint16_t one_weight(float score, float reference, bool hidden, bool *fits, float *sum)
{
    static float scores[4 * AMX_TILE], weights[2 * AMX_TILE], sums[32 * VF_N], references[32];
    amx_soft w = {scores, weights, sums, references, vf_set(0.5f), _mm512_set1_epi32(AMX_BITS_HIGH)};
    memset(sums, 0, sizeof sums);
    memset(scores, 0, sizeof scores);
    references[17] = -reference;
    scores[3 * AMX_TILE + AMX_SIDE + 5] = 2 * score; /* row 17, key 21 */
    amx_weigh_row(&w, 17, hidden ? ~(1u << 21) : AMX_ALL_KEYS, NULL);
    *fits = amx_weights_fit(w.seen);
    *sum = sums[17 * VF_N + 5]; /* of keys 5 and 21 */
    return ((uint16_t *)(void *)weights)[(AMX_TILE + AMX_SIDE + 5) * 2 + 1];
}

bool amx_weight_laws(char *why, size_t cap)
{
    uint64_t seed = 5;
    bool fits;
    float sum;
    for (int i = 0; i < 20000; i++) {
        const float x = (float)((as_random_unit(as_random_next(&seed)) - 0.5) * (i % 2 ? 250 : 8));
        const uint16_t got = one_weight(x, 0, false, &fits, &sum);
        const double want = x > -126 ? exp2((double)x) : 0, is = (double)as_bf16_float(got);
        /* half of the last place of bfloat16 and the polynomial's 8.6e-5 */
        if (!fits || fabs(is - want) > want * (0x1p-8 + 1e-4) + 0x1p-126) {
            snprintf(why, cap, "2^%g is %g%s", (double)x, is, fits ? "" : ", and does not fit");
            return false;
        }
        const float other = 1; /* key 5 scores 0 */
        if (x < 20 && x > -20 && sum != other + as_bf16_float(got)) {
            snprintf(why, cap, "2^%g: the sum is %g, not of the weights as rounded", (double)x, (double)sum);
            return false;
        }
    }
    static const struct {
        const char *about;
        float score, reference;
        bool hidden, fits;
        float weight;
    } laws[] = {
        {"the reference itself weighs 1", 7, 7, false, true, 1},
        {"a whole power of two is exact", -20, 0, false, true, 0x1p-20f},
        {"far below weighs 0", -1e30f, 0, false, true, 0},
        {"-infinity weighs 0", -INFINITY, 0, false, true, 0},
        {"hidden weighs 0", 5, 0, true, true, 0},
        {"a hidden NaN weighs 0", NAN, 0, true, true, 0},
        {"NaN is seen", NAN, 0, false, false, 0},
        {"infinity is seen", INFINITY, 0, false, false, 0},
        {"overflow is seen", 129, 0, false, false, 0},
        {"overflow that looks like a weight is seen", 385, 0, false, false, 0},
        {"far above is seen", 1e30f, 0, false, false, 0},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        const uint16_t got = one_weight(laws[i].score, laws[i].reference, laws[i].hidden, &fits, &sum);
        if (fits != laws[i].fits || (laws[i].fits && as_bf16_float(got) != laws[i].weight)) {
            snprintf(why, cap, "%s: %g, %s", laws[i].about, (double)as_bf16_float(got), fits ? "fits" : "does not fit");
            return false;
        }
    }
    return true;
}
