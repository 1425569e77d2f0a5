/* plugin_faulty.c: kernels that do what a kernel must not, one of each kind; all answer rightly but for their fault.
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../plain_attention.h"

enum { WORKSPACE = 40000 };

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

static double tolerance(const as_problem *p)
{
    (void)p;
    return 1e-4;
}

static void crash(const as_call *c)
{
    static int calls;
    plain_attend(c);
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
    plain_attend(c);
    ((char *)c->workspace)[WORKSPACE] = 1;
}

static void underrun(const as_call *c)
{
    plain_attend(c);
    ((char *)c->workspace)[-2048] = 1;
}

static void spill(const as_call *c)
{
    plain_attend(c);
    ((float *)c->operand[3])[c->problem->heads * c->problem->length * c->problem->head_dim] = 1;
}

static void scribble(const as_call *c)
{
    plain_attend(c);
    ((float *)c->operand[1])[0] = 1;
}

static void unwritten(const as_call *c)
{
    const size_t n = c->problem->heads * c->problem->length * c->problem->head_dim;
    float kept;
    memcpy(&kept, (float *)c->operand[3] + n - 2, sizeof(float));
    plain_attend(c);
    memcpy((float *)c->operand[3] + n - 2, &kept, sizeof(float));
}

static void wrong(const as_call *c)
{
    plain_attend(c);
    ((float *)c->operand[3])[0] += 0.25f;
}

static void remember(const as_call *c)
{
    static float answer[1 << 16];
    static bool known;
    const size_t bytes = c->problem->heads * c->problem->length * c->problem->head_dim * sizeof(float);
    if (!known) {
        plain_attend(c);
        memcpy(answer, c->operand[3], bytes);
        known = true;
    }
    memcpy(c->operand[3], answer, bytes);
}

static void chatter(const as_call *c)
{
    plain_attend(c);
    printf("{\"says\":\"result\",\"body\":{\"status\":\"ok\"}}\nprogress: 1/2\n");
    fflush(stdout);
}

static void hungry(const as_call *c)
{
    plain_attend(c);
    volatile char *much = malloc((size_t)8 << 30);
    much[0] = 1;
    free((void *)much);
}

static void leave(const as_call *c)
{
    (void)c;
    exit(0);
}

static void good(const as_call *c) { plain_attend(c); }

/* Touches one page in two of its workspace. */
static void sparse_workspace(const as_call *c)
{
    plain_attend(c);
    memset((char *)c->workspace + WORKSPACE - 100, 1, 100);
}

#define KERNEL(fault)                                                                                                  \
    static const as_phase phases_##fault[] = {{.name = #fault, .run = fault}, {0}};                                    \
    static const as_kernel kernel_##fault = {.struct_size = sizeof(as_kernel),                                         \
                                             .abi = AS_KERNEL_ABI,                                                     \
                                             .isas = AS_ISA_BIT(AS_SCALAR),                                            \
                                             .name = "attention/" #fault,                                              \
                                             .help = "a kernel with one fault",                                        \
                                             .order = "T^2",                                                           \
                                             .refuse = refuse,                                                         \
                                             .operands = plain_operands,                                               \
                                             .workspace = workspace,                                                   \
                                             .work = plain_work,                                                       \
                                             .tolerance = tolerance,                                                   \
                                             .phases = phases_##fault};

/* clang-format off */
#define EACH(F) \
    F(crash) F(abort_loudly) F(hang) F(overrun) F(underrun) F(spill) F(scribble) F(unwritten) F(wrong) F(remember) \
    F(chatter) F(hungry) F(leave) F(good) F(sparse_workspace)
/* clang-format on */

EACH(KERNEL)

#define ADDRESS(fault) &kernel_##fault,

const as_kernel *const *attnscope_plugin(uint32_t abi)
{
    static const as_kernel *const all[] = {EACH(ADDRESS) NULL};
    return abi == AS_KERNEL_ABI ? all : NULL;
}
