/* performer.c: softmax attention estimated with m positive random features (FAVOR+; Choromanski et al., 2021). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "common/gauss.h"
#include "kernelised/chunk.h"
#include "vec/exp.h"
#include "vec/row.h"

/* phi(x)_i = exp(w_i . x - |x|^2 / 2) / sqrt m, x = sqrt(scale) q: E[phi(q) . phi(k)] = exp(scale q . k). The w_i are
 * rows of orthogonal blocks of d with lengths drawn anew from chi_d. Operand 4, "features" (m,d), is made once.
 *
 * Stabilised: a query's features are divided by their largest (it cancels in the quotient, as do 1/sqrt m and |q|^2);
 * those of all keys up to t by the largest of them, so that the published epsilon, added after that, depends on no
 * later key. Row t: weight of u = sum over i of (exp(w_i.q_t) / max_i + eps) (exp(w_i.k_u - |k_u|^2/2) / max_{i, u' <=
 * t} + eps) */
#define FEATURES KERNELISED_OWN

static size_t param_m(const as_problem *p) { return p->param[0]; }
static uint64_t param_seed(const as_problem *p) { return p->param[1]; }

/* ---- the features, made once */

static double performer_norm(const double *x, size_t d)
{
    double sum = 0;
    for (size_t c = 0; c < d; c++)
        sum += x[c] * x[c];
    return sqrt(sum);
}

/* x -= (x . y) y, y of length 1 */
static void take_away(double *x, const double *y, size_t d)
{
    double along = 0;
    for (size_t c = 0; c < d; c++)
        along += x[c] * y[c];
    for (size_t c = 0; c < d; c++)
        x[c] -= along * y[c];
}

/* Gram and Schmidt, twice over, on normal rows: a uniformly random orthogonal block. workspace: (d,d) doubles */
static void prepare(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, m = param_m(p);
    double *block = call->workspace;
    for (size_t i = 0; i < m; i++) {
        double *row = block + i % d * d, length = 0;
        for (size_t c = 0; c < d; c++) {
            const double redrawn = as_gauss(param_seed(p), 1, i * d + c);
            row[c] = as_gauss(param_seed(p), 0, i * d + c);
            length += redrawn * redrawn;
        }
        for (size_t pass = 0; pass < 2; pass++)
            for (size_t j = 0; j < i % d; j++)
                take_away(row, block + j * d, d);
        const double unit = 1 / performer_norm(row, d);
        for (size_t c = 0; c < d; c++) {
            row[c] *= unit;
            ((float *)call->operand[FEATURES])[i * d + c] = (float)(row[c] * sqrt(length));
        }
    }
}

/* ---- as operands of the register block */

/* Shared: w as strips of rows (for keys), then w as panels of TILE_NR features (for queries). A thread's own: the keys
 * of a chunk as panels, a strip of queries. */
static size_t strips_floats(const as_problem *p)
{
    return (param_m(p) + TILE_MR - 1) / TILE_MR * TILE_MR * chunk_pieces(p->head_dim) * TILE_STRIDE;
}
static size_t panels_floats(const as_problem *p) { return tile_up(param_m(p), TILE_NR) * p->head_dim; }
static size_t own_floats(const as_problem *p)
{
    return tile_up(p->param[2], TILE_NR) * p->head_dim + chunk_pieces(p->head_dim) * TILE_MR * TILE_STRIDE;
}

static size_t strip_floats(const as_problem *p) { return chunk_pieces(p->head_dim) * TILE_MR * TILE_STRIDE; }

static void pack_features(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, m = param_m(p);
    const float *w = call->operand[FEATURES];
    float *strips = call->workspace, *panels = strips + strips_floats(p);
    for (size_t i = 0; i < m; i++)
        for (size_t c = 0; c < d; c++)
            *chunk_cell(strips + i / TILE_MR * strip_floats(p), i % TILE_MR, c) = w[i * d + c];
    for (size_t i = 0; i < m; i += TILE_NR)
        tile_pack_transposed(w + i * d, d, m - i, d, panels + i * d);
}

/* kt (m, n) = 2^(w . k - |k|^2/2 - weight), weight the largest of its column; everything in units of log2 */
static void performer_keys(const chunk_job *job, const chunk_bench *w, const float *k, size_t n)
{
    const as_problem *p = job->problem;
    const size_t d = p->head_dim, m = job->m;
    const float scale = sqrtf(p->scale) * AS_LOG2E;
    float *panels = w->own;
    for (size_t j = 0; j < n; j += TILE_NR)
        tile_pack_transposed(k + j * d, d, n - j, d, panels + j * d);
    for (size_t i = 0; i < tile_up(n, TILE_NR) * d; i += VF_N)
        vf_store(panels + i, vf_mul(vf_load(panels + i), vf_set(scale)));
    for (size_t i = 0; i < m; i += TILE_MR)
        for (size_t j = 0; j < n; j += TILE_NR)
            chunk_multiply(m - i < TILE_MR ? m - i : TILE_MR, TILE_NV, d, job->more + i / TILE_MR * strip_floats(p),
                           panels + j * d, w->kt + i * TILE_STRIDE + j, TILE_STRIDE, false);
    for (size_t j = 0; j < n; j += VF_N) {
        vf top = vf_load(w->kt + j);
        for (size_t i = 1; i < m; i++)
            top = vf_max(top, vf_load(w->kt + i * TILE_STRIDE + j));
        for (size_t i = 0; i < m; i++) {
            float *to = w->kt + i * TILE_STRIDE + j;
            vf_store(to, vf_exp2(vf_sub(vf_load(to), top)));
        }
        vf_store(w->weight + j, top);
    }
    for (size_t j = 0; j < n; j++)
        w->weight[j] -= 0.5f * p->scale * AS_LOG2E * vf_dot(k + j * d, k + j * d, d);
}

static void performer_queries(const chunk_job *job, const chunk_bench *w, const float *q, size_t rows)
{
    const as_problem *p = job->problem;
    const size_t d = p->head_dim, m = job->m;
    const float scale = sqrtf(p->scale) * AS_LOG2E, *panels = job->more + strips_floats(p);
    float *strip = w->own + tile_up(job->C, TILE_NR) * d;
    for (size_t i = 0; i < rows; i++)
        for (size_t c = 0; c < d; c++)
            *chunk_cell(strip, i, c) = scale * q[i * d + c];
    for (size_t x = 0; x < m; x += TILE_NR)
        chunk_multiply(rows, TILE_NV, d, strip, panels + x * d, chunk_cell(w->q, 0, x), TILE_STRIDE, false);
    for (size_t i = 0; i < rows; i++) {
        float top = -INFINITY;
        for (size_t c = 0; c < m; c++)
            top = fmaxf(top, *chunk_cell(w->q, i, c));
        for (size_t c = 0; c < m; c += VF_N) {
            float *to = chunk_cell(w->q, i, c);
            vf_store(to, vf_add(vf_exp2(vf_sub(vf_load(to), vf_set(top))), vf_set(PERFORMER_EPSILON)));
        }
    }
}

/* ---- the kernel */

static chunk_job performer_make(const as_problem *p, const as_call *call)
{
    return (chunk_job){
        .problem = p,
        .call = call,
        .m = param_m(p),
        .C = p->param[2],
        .own_floats = own_floats(p),
        .offset = PERFORMER_EPSILON,
        .keys = performer_keys,
        .queries = performer_queries,
        .more = call ? call->workspace : NULL,
    };
}

static size_t shared_floats(const as_problem *p) { return tile_up(strips_floats(p) + panels_floats(p), 16); }

static void performer_run(const as_call *call)
{
    const chunk_job job = performer_make(call->problem, call);
    pack_features(call);
    chunk_run(&job, (float *)call->workspace + shared_floats(call->problem));
}

static size_t performer_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    as_attention_operands(p, out);
    out[FEATURES] = AS_OPERAND("features", AS_OUT, AS_FILL_ZERO, AS_F32, param_m(p), p->head_dim);
    return FEATURES + 1;
}

static size_t performer_workspace(const as_problem *p)
{
    const chunk_job job = performer_make(p, NULL);
    const size_t bench = chunk_bytes(&job), block = p->head_dim * p->head_dim * sizeof(double);
    size_t all;
    if (bench == SIZE_MAX || __builtin_add_overflow(bench, shared_floats(p) * sizeof(float), &all))
        return SIZE_MAX;
    return all > block ? all : block;
}

/* 2 m d for the features of a query and of a key, then 4 m d as linear attention: 8 m d a token and head. */
static as_work performer_work(const as_problem *p)
{
    const chunk_job job = performer_make(p, NULL);
    const uint64_t m = param_m(p), d = p->head_dim, T = p->length, B = p->batch, m_room = tile_up(m, TILE_NR),
                   C = job.C;
    const uint64_t heads = p->heads + p->kv_heads, key_columns = T / C * tile_up(C, TILE_NR) + tile_up(T % C, TILE_NR);
    const uint64_t maps = 2 * d * B * (p->heads * T * m_room + p->kv_heads * key_columns * m);
    return kernelised_work(p, kernelised_flops(p, m) + 2 * m * d * B * T * heads, chunk_flops(&job) + maps,
                           B * T * m * heads);
}

static bool performer_refuse(const as_problem *p, char *why, size_t cap)
{
    if (as_refuse_but_f32(p, why, cap) || as_refuse_but_causal(p, why, cap) ||
        as_refuse_more_than(param_m(p), "m", 16384, "the most features", why, cap) ||
        as_refuse_more_than(p->param[2], "chunk", TILE_KC, "the longest product of the tile room", why, cap))
        return true;
    if (p->length != p->context)
        return as_refuse(why, cap, "takes as many queries as keys");
    if (p->scale < 0)
        return as_refuse(why, cap, "the scale is negative: features are of q and k times its root");
    return false;
}

/* As linear attention's, and besides: an exponent w.x, of size about |w||x| ~ sqrt(d) sqrt(sqrt(d)), is off by 2^-24 of
 * that size and more, and a row's weights with it. */
static double performer_tolerance(const as_problem *p)
{
    return kernelised_tolerance(p) + 16 * pow((double)p->head_dim, 0.75) / 16777216;
}

static const as_phase phases[] = {
    {.name = "prepare", .once = true, .run = prepare}, {.name = "run", .run = performer_run}, {0}};
static const as_kernel_param params[] = {
    {"m", 1, 16384, 256, "random features"},
    {"seed", 0, (uint64_t)1 << 53, 1, "of the random features"},
    {"chunk", 1, 256, 64, "tokens that are multiplied with each other before the state takes them in"},
    {0},
};

const as_kernel AS_KERNEL(kernelised_performer) = {
    AS_BUILTIN,
    .name = "kernelised/performer",
    .help = "softmax attention estimated with m positive orthogonal random features (FAVOR+), causal",
    .order = "T",
    AS_CALLBACKS(performer_refuse, performer_operands, performer_workspace, performer_work, performer_tolerance),
    .phases = phases,
    .params = params,
};
