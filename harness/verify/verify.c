/* verify.c: two runs of a kernel on poisoned memory, each compared with its oracle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/pattern/pattern.h"
#include "../bench/bench.h"

static bool fail_verification(as_verification *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail_verification(as_verification *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(v->why, sizeof v->why, format, args);
    va_end(args);
    return false;
}

static bool verify_once(as_bench *b, uint64_t seed, double flops, as_verification *v)
{
    as_oracle_verdict seen;
    as_err err = {0};
    as_bench_fill(b, seed);
    as_bench_run_all(b);
    if (!as_bench_check(b, as_oracle_rows(&b->problem, flops), seed, &seen, &err))
        return fail_verification(v, "%.200s", err.text);
    v->rows = seen.rows;
    v->error_max = seen.error_max > v->error_max ? seen.error_max : v->error_max;
    if (seen.error_max <= v->error_allowed)
        return true;
    return fail_verification(v, "off by %.3g, %.3g allowed (batch %zu, head %zu, row %zu)", seen.error_max,
                             v->error_allowed, seen.worst.batch, seen.worst.head, seen.worst.row);
}

as_verification as_verify(const as_entry *entry, const as_problem *p, uint64_t seed, double flops, as_truths *truths)
{
    as_verification v = {0};
    as_bench b;
    as_err err = {0};
    if (as_kernel_refuses(entry->kernel, p, v.why, sizeof v.why)) {
        v.refused = true;
        return v;
    }
    v.error_allowed = entry->kernel->tolerance(p);
    v.work = entry->kernel->work(p);
    as_bench_describe(&b, entry->kernel, p);
    b.truths = truths;
    v.workspace_bytes = b.workspace_bytes;
    v.ok = (as_bench_allocate(&b, AS_BUFFER_AT_END | AS_BUFFER_NO_HUGE, &err) ||
            fail_verification(&v, "%.200s", err.text)) &&
           verify_once(&b, seed, flops, &v) && verify_once(&b, seed + 1000, flops, &v);
    /* a multiset's repeated key can be weighed instead of computed again */
    const bool multiset = as_pattern_traits(p->pattern) & AS_PATTERN_MULTISET;
    if (v.ok && !multiset && v.work.flops_executed < v.work.flops_useful)
        v.ok = fail_verification(&v, "claims to execute fewer FLOPs than are useful");
    as_bench_close(&b);
    return v;
}
