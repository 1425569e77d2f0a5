/* linear-recurrent.c: linear attention (elu + 1) as a recurrence: S += phi(k) v^T, z += phi(k), o = phi(q) S / phi(q)
 * z. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <string.h>

#include "kernelised/kernelised.h"
#include "vec/elu.h"
#include "vec/row.h"
#include "vec/vec.h"

/* A thread's state: S is (d, d_room), z (d), then phi(k), phi(q) (d_room each). Operand 4, "state" (B,Hkv,d+1,d), is S
 * and below it z, after the S - T tokens that precede the queries: a cache of keys and values in a linear model. */
#define STATE KERNELISED_OWN

static size_t room(size_t d) { return (d + VF_N - 1) / VF_N * VF_N; }
static size_t thread_floats(const as_problem *p) { return (room(p->head_dim) * (p->head_dim + 3) + 15) / 16 * 16; }

/* phi(x) with zeros behind */
static void features(const float *x, size_t d, float *phi)
{
    for (size_t c = 0; c < d; c += VF_N)
        vf_store(phi + c, vf_elu1(d - c >= VF_N ? vf_load(x + c) : vf_load_n(x + c, d - c)));
    for (size_t c = d; c < room(d); c++)
        phi[c] = 0;
}

static inline vf load(const float *x, size_t c, size_t d)
{
    return d - c >= VF_N ? vf_load(x + c) : vf_load_n(x + c, d - c);
}

/* S (d, d_room) += phi_k v^T for `wide` vectors of v from column c on. */
#define WIDE VF_WIDE
static void add_product(float *S, size_t d, const float *phi_k, const float *v)
{
    const size_t ld = room(d);
    for (size_t c = 0; c < ld; c += WIDE * VF_N) {
        const size_t vectors = (ld - c) / VF_N < WIDE ? (ld - c) / VF_N : WIDE;
        vf right[WIDE];
        for (size_t x = 0; x < vectors; x++)
            right[x] = load(v, c + x * VF_N, d);
        for (size_t i = 0; i < d; i++) {
            const vf left = vf_set(phi_k[i]);
            for (size_t x = 0; x < vectors; x++)
                vf_store(S + i * ld + c + x * VF_N, vf_fma(left, right[x], vf_load(S + i * ld + c + x * VF_N)));
        }
    }
}

/* o (d) = factor phi_q S */
static void get(const float *S, size_t d, const float *phi_q, float factor, float *o)
{
    const size_t ld = room(d);
    for (size_t c = 0; c < d; c += WIDE * VF_N) {
        vf sum[WIDE] = {vf_zero(), vf_zero(), vf_zero(), vf_zero()};
        const size_t vectors = (ld - c) / VF_N < WIDE ? (ld - c) / VF_N : WIDE;
        if (vectors == WIDE)
            for (size_t i = 0; i < d; i++) {
                VF_UNROLL
                for (size_t x = 0; x < WIDE; x++)
                    sum[x] = vf_fma(vf_set(phi_q[i]), vf_load(S + i * ld + c + x * VF_N), sum[x]);
            }
        else
            for (size_t i = 0; i < d; i++)
                for (size_t x = 0; x < vectors; x++)
                    sum[x] = vf_fma(vf_set(phi_q[i]), vf_load(S + i * ld + c + x * VF_N), sum[x]);
        for (size_t x = 0; x < vectors; x++) {
            const size_t at = c + x * VF_N;
            if (d - at >= VF_N)
                vf_store(o + at, vf_mul(sum[x], vf_set(factor)));
            else
                vf_store_n(o + at, vf_mul(sum[x], vf_set(factor)), d - at);
        }
    }
}

static void put_key(float *S, float *z, float *phi, size_t d, const float *k, const float *v)
{
    features(k, d, phi);
    add_product(S, d, phi, v);
    for (size_t c = 0; c < room(d); c += VF_N)
        vf_store(z + c, vf_add(vf_load(z + c), vf_load(phi + c)));
}

/* One key head: from the state of its past through T tokens, each read by every query head. */
static void unit(const as_call *call, float *S, size_t at)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, T = p->length, past = p->context - T, members = p->heads / p->kv_heads;
    const float *state = (const float *)call->operand[STATE] + at * (d + 1) * d;
    const float *k = (const float *)call->operand[1] + (at * p->context + past) * d;
    const float *v = (const float *)call->operand[2] + (at * p->context + past) * d;
    float *z = S + d * room(d), *phi = z + room(d);
    memset(S, 0, (d + 1) * room(d) * sizeof *S);
    for (size_t i = 0; i <= d; i++)
        memcpy(S + i * room(d), state + i * d, d * sizeof *S);
    for (size_t t = 0; t < T; t++) {
        put_key(S, z, phi, d, k + t * d, v + t * d);
        for (size_t g = 0; g < members; g++) {
            const size_t row = ((at * members + g) * T + t) * d;
            features((const float *)call->operand[0] + row, d, phi);
            get(S, d, phi, 1 / vf_dot(phi, z, d), (float *)call->operand[3] + row);
        }
    }
}

static void linear_recurrent_run(const as_call *call)
{
    const as_problem *p = call->problem;
#pragma omp parallel num_threads(p->threads) if (p->threads > 1)
    {
        float *mine = (float *)call->workspace + (size_t)omp_get_thread_num() * thread_floats(p);
#pragma omp for schedule(static)
        for (size_t at = 0; at < p->batch * p->kv_heads; at++)
            unit(call, mine, at);
    }
}

/* The state of the tokens before the first query. */
static void remember(const as_call *call)
{
    const as_problem *p = call->problem;
    const size_t d = p->head_dim, past = p->context - p->length;
    float *S = call->workspace, *z = S + d * room(d), *phi = z + room(d);
    for (size_t at = 0; at < p->batch * p->kv_heads; at++) {
        const float *k = (const float *)call->operand[1] + at * p->context * d;
        const float *v = (const float *)call->operand[2] + at * p->context * d;
        float *state = (float *)call->operand[STATE] + at * (d + 1) * d;
        memset(S, 0, (d + 1) * room(d) * sizeof *S);
        for (size_t t = 0; t < past; t++)
            put_key(S, z, phi, d, k + t * d, v + t * d);
        for (size_t i = 0; i <= d; i++)
            memcpy(state + i * d, S + i * room(d), d * sizeof *S);
    }
}

static size_t linear_recurrent_operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    as_attention_operands(p, out);
    out[STATE] = AS_OPERAND("state", AS_OUT, AS_FILL_ZERO, AS_F32, p->batch, p->kv_heads, p->head_dim + 1, p->head_dim);
    return STATE + 1;
}

static size_t linear_recurrent_workspace(const as_problem *p)
{
    return as_product((size_t)p->threads, thread_floats(p), sizeof(float), 1);
}

/* Executed: whole vectors of v. Bytes: of k and v only the rows of the T tokens; the state read and written once. */
static as_work linear_recurrent_work(const as_problem *p)
{
    const uint64_t d = p->head_dim, m = d, wide = room(d), T = p->length, B = p->batch;
    const uint64_t executed = B * T * (p->kv_heads * (2 * m * wide + m) + p->heads * (2 * m * wide + 2 * m + d));
    as_work work = kernelised_work(p, kernelised_flops(p, m), executed, B * T * d * (p->heads + p->kv_heads));
    work.bytes_min = 4 * B * (2 * T * d * (p->heads + p->kv_heads) + 2 * p->kv_heads * (d + 1) * d);
    return work;
}

static bool linear_recurrent_refuse(const as_problem *p, char *why, size_t cap)
{
    return as_refuse_but_f32(p, why, cap) || as_refuse_but_causal(p, why, cap);
}

static const as_phase phases[] = {
    {.name = "remember", .once = true, .run = remember}, {.name = "run", .run = linear_recurrent_run}, {0}};

const as_kernel AS_KERNEL(kernelised_linear_recurrent) = {
    AS_BUILTIN,
    .name = "kernelised/linear-recurrent",
    .help = "linear attention, elu + 1, token by token; a decode step costs the same at any context",
    .order = "T",
    AS_CALLBACKS(linear_recurrent_refuse, linear_recurrent_operands, linear_recurrent_workspace, linear_recurrent_work,
                 kernelised_tolerance),
    .phases = phases,
};
