/* plugin_faulty.c: kernels that do what a kernel must not, one of each kind; all answer rightly but for their fault.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

enum { WORKSPACE = 40000 };

static size_t operands(const as_problem *p, as_operand out[AS_OPERANDS_MAX])
{
    const size_t B = p->batch, H = p->heads, T = p->length, S = p->context, d = p->head_dim;
    out[0] = (as_operand){"q", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, H, T, d}};
    out[1] = (as_operand){"k", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, p->kv_heads, S, d}};
    out[2] = (as_operand){"v", AS_IN, AS_FILL_NORMAL, p->dtype, 4, {B, p->kv_heads, S, d}};
    out[3] = (as_operand){"o", AS_OUT, AS_FILL_ZERO, p->dtype, 4, {B, H, T, d}};
    return 4;
}

static bool refuse(const as_problem *p, char *why, size_t cap)
{
    const bool refused = p->batch != 1 || p->dtype != AS_F32 || p->kv_heads != p->heads || p->length != p->context;
    if (refused)
        snprintf(why, cap, "only one batch entry of float32 self-attention");
    return refused;
}

static size_t workspace(const as_problem *p)
{
    (void)p;
    return WORKSPACE;
}

static as_work work(const as_problem *p)
{
    const uint64_t flops = 4 * p->head_dim * p->edges;
    return (as_work){flops, flops, flops, p->edges, 16 * p->heads * p->length * p->head_dim};
}

static double tolerance(const as_problem *p)
{
    (void)p;
    return 1e-4;
}

/* q, k, v, o are (H,T,d); causal. */
static void honest(const as_call *c)
{
    const size_t T = c->problem->length, d = c->problem->head_dim;
    for (size_t row = 0; row < c->problem->heads * T; row++) {
        const size_t head = row / T, t = row % T;
        const float *q = (const float *)c->operand[0] + row * d;
        const float *k = (const float *)c->operand[1] + head * T * d, *v = (const float *)c->operand[2] + head * T * d;
        float *o = (float *)c->operand[3] + row * d;
        double sum = 0;
        memset(o, 0, d * sizeof *o);
        for (size_t s = 0; s <= t; s++) {
            double score = 0;
            for (size_t i = 0; i < d; i++)
                score += (double)q[i] * (double)k[s * d + i];
            const double weight = exp(score * (double)c->problem->scale);
            sum += weight;
            for (size_t i = 0; i < d; i++)
                o[i] += (float)(weight * (double)v[s * d + i]);
        }
        for (size_t i = 0; i < d; i++)
            o[i] = (float)((double)o[i] / sum);
    }
}

static void crash(const as_call *c)
{
    static int calls;
    honest(c);
    if (++calls == 3)
        raise(SIGSEGV);
}

static void abort_loudly(const as_call *c)
{
    (void)c;
    fprintf(stderr, "assertion \033[31mfailed\033[0m: rows > 0\n");
    abort();
}

static void hang(const as_call *c)
{
    (void)c;
    for (;;)
        pause();
}

static void overrun(const as_call *c)
{
    honest(c);
    ((char *)c->workspace)[WORKSPACE] = 1;
}

static void underrun(const as_call *c)
{
    honest(c);
    ((char *)c->workspace)[-2048] = 1;
}

static void spill(const as_call *c)
{
    honest(c);
    ((float *)c->operand[3])[c->problem->heads * c->problem->length * c->problem->head_dim] = 1;
}

static void scribble(const as_call *c)
{
    honest(c);
    ((float *)c->operand[1])[0] = 1;
}

static void unwritten(const as_call *c)
{
    const size_t n = c->problem->heads * c->problem->length * c->problem->head_dim;
    float kept;
    memcpy(&kept, (float *)c->operand[3] + n - 2, sizeof(float));
    honest(c);
    memcpy((float *)c->operand[3] + n - 2, &kept, sizeof(float));
}

static void wrong(const as_call *c)
{
    honest(c);
    ((float *)c->operand[3])[0] += 0.25f;
}

static void remember(const as_call *c)
{
    static float answer[1 << 16];
    static bool known;
    const size_t bytes = c->problem->heads * c->problem->length * c->problem->head_dim * sizeof(float);
    if (!known) {
        honest(c);
        memcpy(answer, c->operand[3], bytes);
        known = true;
    }
    memcpy(c->operand[3], answer, bytes);
}

static void chatter(const as_call *c)
{
    honest(c);
    printf("{\"says\":\"result\",\"body\":{\"status\":\"ok\"}}\nprogress: 1/2\n");
    fflush(stdout);
}

static void hungry(const as_call *c)
{
    honest(c);
    volatile char *much = malloc((size_t)8 << 30);
    much[0] = 1;
    free((void *)much);
}

static void leave(const as_call *c)
{
    (void)c;
    exit(0);
}

static void good(const as_call *c) { honest(c); }

/* Touches one page in two of its workspace. */
static void sparse_workspace(const as_call *c)
{
    honest(c);
    memset((char *)c->workspace + WORKSPACE - 100, 1, 100);
}

#define KERNEL(fault)                                                                                                  \
    static const as_phase phases_##fault[] = {{#fault, false, fault}, {NULL, false, NULL}};                            \
    static const as_kernel kernel_##fault = {.abi = AS_KERNEL_ABI,                                                     \
                                             .isas = AS_ISA_BIT(AS_SCALAR),                                            \
                                             .name = "attention/" #fault,                                              \
                                             .help = "a kernel with one fault",                                        \
                                             .order = "T^2",                                                           \
                                             .refuse = refuse,                                                         \
                                             .operands = operands,                                                     \
                                             .workspace = workspace,                                                   \
                                             .work = work,                                                             \
                                             .tolerance = tolerance,                                                   \
                                             .phases = phases_##fault};

#define EACH(F)                                                                                                        \
    F(crash) F(abort_loudly) F(hang) F(overrun) F(underrun) F(spill) F(scribble) F(unwritten) F(wrong) F(remember)     \
        F(chatter) F(hungry) F(leave) F(good) F(sparse_workspace)

EACH(KERNEL)

#define ADDRESS(fault) &kernel_##fault,

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {EACH(ADDRESS) NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
