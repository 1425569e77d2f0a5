/* verify.c: see verify.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/pattern/pattern.h"

typedef struct {
    as_operand table[AS_OPERANDS_MAX];
    void *data[AS_OPERANDS_MAX];
    size_t count;
    char *map; /* workspace and its guard page */
    size_t map_bytes;
    void *workspace;
} bench;

static bool say(as_verification *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool say(as_verification *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(v->why, sizeof v->why, format, args);
    va_end(args);
    return false;
}

/* The workspace ends where the guard page begins (rounded to the promised 64 bytes). */
static bool open_bench(bench *b, const as_entry *entry, const as_problem *p, as_verification *v)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    b->count = as_kernel_operands(entry->kernel, p, b->table);
    if (!b->count)
        return say(v, "its operand table breaks the contract of kernel.h");
    for (size_t i = 0; i < b->count; i++) {
        const size_t bytes = as_operand_bytes(&b->table[i]);
        b->data[i] = bytes < SIZE_MAX - 64 ? aligned_alloc(64, (bytes + 63) / 64 * 64 + 64) : NULL;
        if (!b->data[i])
            return say(v, "out of memory for operand %s", b->table[i].name);
    }
    v->workspace_bytes = entry->kernel->workspace(p);
    if (v->workspace_bytes > SIZE_MAX / 2)
        return say(v, "workspace overflows");
    const size_t room = (v->workspace_bytes + 63) / 64 * 64, pages = (room + page - 1) / page * page;
    b->map_bytes = pages + page;
    b->map = mmap(NULL, b->map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (b->map == MAP_FAILED) {
        b->map = NULL;
        return say(v, "out of memory for %zu bytes of workspace", v->workspace_bytes);
    }
    mprotect(b->map + pages, page, PROT_NONE);
    b->workspace = b->map + pages - room;
    return true;
}

static void close_bench(bench *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->data[i]);
    if (b->map)
        munmap(b->map, b->map_bytes);
}

/* The phases paid once, or the others: neither finds anything in the workspace. */
static void run_phases(const as_kernel *kernel, const as_call *call, size_t workspace_bytes, bool once)
{
    memset(call->workspace, 0xff, (workspace_bytes + 63) / 64 * 64);
    for (const as_phase *phase = kernel->phases; phase->run; phase++)
        if (phase->once == once)
            phase->run(call);
}

static bool run_once(bench *b, const as_entry *entry, const as_problem *p, uint64_t seed, double flops,
                     as_truths *truths, as_verification *v)
{
    const as_oracle *oracle = as_oracle_find(entry->kernel->name);
    as_oracle_verdict seen;
    if (!oracle)
        return say(v, "no oracle for the mechanism of %s", entry->kernel->name);
    for (size_t i = 0; i < b->count; i++)
        if (b->table[i].role == AS_IN)
            as_operand_fill(&b->table[i], seed + i, b->data[i]);
        else
            as_operand_poison(&b->table[i], b->data[i]);
    const as_call call = {.problem = p, .operand = b->data, .workspace = b->workspace};
    run_phases(entry->kernel, &call, v->workspace_bytes, true);
    run_phases(entry->kernel, &call, v->workspace_bytes, false);
    const as_oracle_question question = {oracle, p, b->table, b->count, b->data, as_oracle_rows(p, flops), seed, false};
    if (!as_truths_check(truths, &question, &seen))
        return say(v, "out of memory in the oracle");
    v->rows = seen.rows;
    v->error_max = seen.error_max > v->error_max ? seen.error_max : v->error_max;
    if (seen.error_max <= v->error_allowed)
        return true;
    return say(v, "off by %.3g, %.3g allowed (batch %zu, head %zu, row %zu)", seen.error_max, v->error_allowed,
               seen.worst.batch, seen.worst.head, seen.worst.row);
}

as_verification as_verify(const as_entry *entry, const as_problem *p, uint64_t seed, double flops, as_truths *truths)
{
    as_verification v = {0};
    bench b = {0};
    if (as_kernel_refuses(entry->kernel, p, v.why, sizeof v.why)) {
        v.refused = true;
        return v;
    }
    v.error_allowed = entry->kernel->tolerance(p);
    v.work = entry->kernel->work(p);
    v.ok = open_bench(&b, entry, p, &v) && run_once(&b, entry, p, seed, flops, truths, &v) &&
           run_once(&b, entry, p, seed + 1000, flops, truths, &v);
    /* a multiset's repeated key can be weighed instead of computed again */
    const bool multiset = as_pattern_traits(p->pattern) & AS_PATTERN_MULTISET;
    if (v.ok && !multiset && v.work.flops_executed < v.work.flops_useful)
        v.ok = say(&v, "claims to execute fewer FLOPs than are useful");
    close_bench(&b);
    return v;
}
