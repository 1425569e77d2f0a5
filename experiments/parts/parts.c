/* parts.c: dense attention of bfloat16 on tiles, one thread, in the forms that parts.py compiles: each form is this
 * file built once with -DFORM, with a copy of kernels/ that leaves one part of the work out. The file built with -DMAIN
 * takes turns among all forms and prints nanoseconds. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if !defined MAIN

#include "tile/attend.c"

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)

static bool causal_pattern;

static tile_view head_view(const tile_job *job, size_t unit, size_t member)
{
    const as_problem *p = job->problem;
    void *const *operand = job->call->operand;
    const size_t at = unit * p->length * p->head_dim * 2;
    (void)member;
    return (tile_view){.q = (const char *)operand[0] + at,
                       .k = (const char *)operand[1] + at,
                       .v = (const char *)operand[2] + at,
                       .o = (char *)operand[3] + at,
                       .step = 1,
                       .length = p->length,
                       .context = p->context,
                       .head = unit};
}

static size_t head_row(const tile_job *job, const tile_view *view, size_t position, as_run *runs)
{
    (void)job;
    runs[0] = (as_run){0, 1, causal_pattern ? position + 1 : view->context};
    return 1;
}

/* One call on q, k, v and o of (heads, length, width); without operands the bytes of its workspace. */
size_t JOIN(form_, FORM)(size_t heads, size_t length, size_t width, bool causal, void **operand, void *workspace)
{
    const as_problem p = {.batch = 1,
                          .heads = heads,
                          .kv_heads = heads,
                          .length = length,
                          .context = length,
                          .head_dim = width,
                          .dtype = AS_BF16,
                          .threads = 1,
                          .scale = 1 / sqrtf((float)width),
                          .cache_bytes = {48 << 10, 2 << 20, 32 << 20}};
    const as_call call = {.problem = &p, .operand = operand};
    const tile_job job = {.problem = &p,
                          .call = &call,
                          .units = heads,
                          .members = 1,
                          .length_max = length,
                          .context_max = length,
                          .runs_max = 1,
                          .alike = 1,
                          .view = head_view,
                          .row = head_row};
    causal_pattern = causal;
    if (!operand)
        return tile_workspace(&job);
    tile_attend(&job, workspace);
    return 0;
}

#else

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tile/amx.h"
#include "common/random.h"

#define FORM(name) size_t form_##name(size_t, size_t, size_t, bool, void **, void *);
FORMS
#undef FORM

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds of one TDPBF16PS, of many on numbers that are not 0, without loads. */
static double tile_loop(const void *tiles)
{
    amx_begin();
    _tile_loadd(AMX_A0, tiles, AMX_LINE);
    _tile_loadd(AMX_A1, tiles, AMX_LINE);
    _tile_loadd(AMX_B0, tiles, AMX_LINE);
    _tile_loadd(AMX_B1, tiles, AMX_LINE);
    const double start = now();
    for (int i = 0; i < 20000; i++) {
        _tile_dpbf16ps(AMX_C00, AMX_A0, AMX_B0);
        _tile_dpbf16ps(AMX_C01, AMX_A0, AMX_B1);
        _tile_dpbf16ps(AMX_C10, AMX_A1, AMX_B0);
        _tile_dpbf16ps(AMX_C11, AMX_A1, AMX_B1);
    }
    const double took = now() - start;
    amx_end();
    return took / 80000;
}

static void *pages(size_t bytes)
{
    const size_t large = 2 << 20, all = (bytes + large) / large * large;
    void *p = aligned_alloc(large, all);
    if (!p)
        exit(3);
    madvise(p, all, MADV_HUGEPAGE);
    memset(p, 0, all);
    return p;
}

/* LENGTH WIDTH CAUSAL TURNS: a line for each turn, `name ns` of each form's call and of the tile loop. */
int main(int argc, char **argv)
{
    if (argc != 5 || syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* tile data */))
        return 2;
    const size_t heads = 8, length = strtoul(argv[1], NULL, 10), width = strtoul(argv[2], NULL, 10),
                 n = heads * length * width;
    const bool causal = argv[3][0] == '1';
    uint16_t *x = pages(4 * n * sizeof *x);
    void *operand[] = {x, x + n, x + 2 * n, x + 3 * n};
    uint64_t seed = 1;
    for (size_t i = 0; i < 3 * n; i++) { /* about normal: a sum of four */
        float sum = 0;
        for (int j = 0; j < 4; j++)
            sum += (float)as_random_unit(as_random_next(&seed)) - 0.5f;
        sum *= 1.7f;
        uint32_t bits;
        memcpy(&bits, &sum, sizeof bits);
        x[i] = (uint16_t)(bits >> 16);
    }
    static const struct {
        const char *name;
        size_t (*run)(size_t, size_t, size_t, bool, void **, void *);
    } form[] = {
#define FORM(name) {#name, form_##name},
        FORMS};
    const size_t forms = sizeof form / sizeof *form;
    void *workspace = pages(form[0].run(heads, length, width, causal, NULL, NULL));
    const double pairs = (double)heads * (double)length * (double)length;
    const int calls = pairs > 4e6 ? 1 : (int)(4e6 / pairs);
    for (long turn = 0; turn < strtol(argv[4], NULL, 10); turn++) {
        for (size_t i = 0; i < forms; i++) {
            const size_t f = (i + (size_t)turn) % forms;
            const double start = now();
            for (int c = 0; c < calls; c++)
                form[f].run(heads, length, width, causal, operand, workspace);
            printf("%s %.1f ", form[f].name, (now() - start) / calls);
        }
        printf("tile %.4f\n", tile_loop(x));
    }
    return 0;
}

#endif
