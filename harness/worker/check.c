/* check.c: the case's memory, and its checks: before timing on untouched memory, after timing on new inputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../../kernels/common/random.h"
#include "../base/clock.h"
#include "fault.h"
#include "child.h"

#define ORACLE_FLOPS_FIRST 5e7 /* the first process of a case checks more rows than those after it */
#define ORACLE_FLOPS 1e7

/* --- memory ------------------------------------------------------------------------------------------------------ */

unsigned as_worker_lines(const as_worker *w, size_t buffer)
{
    const uint64_t x = (w->request.seed + w->request.process) * (2 * AS_OPERANDS_MAX) + buffer + 1;
    return as_spread(x ^ x >> 31, 6);
}

static void explain_guards(const as_buffer *b, const char *name)
{
    char text[240];
    const size_t page = as_page_bytes();
    snprintf(text, sizeof text, "it touched memory before the start of its %s", name);
    as_fault_explain(b->map, page, text);
    snprintf(text, sizeof text, "it touched memory past the end of its %s of %zu bytes", name, b->bytes);
    as_fault_explain(b->map + b->map_bytes - page, page, text);
}

/* What a fault at each address that the kernel must not touch means. */
static void explain_faults(const as_bench *b)
{
    char name[80], text[160];
    as_fault_forget();
    for (size_t i = 0; i < b->count; i++) {
        snprintf(name, sizeof name, "operand '%.40s'", b->operands[i].name);
        if (b->operands[i].role == AS_IN) {
            snprintf(text, sizeof text, "it wrote to its input '%.40s'", b->operands[i].name);
            as_fault_explain(b->buffers[i].map, b->buffers[i].map_bytes, text);
        }
        explain_guards(&b->buffers[i], name);
    }
    explain_guards(&b->workspace, "workspace");
}

bool as_worker_workspace(as_worker *w, unsigned lines, unsigned flags)
{
    as_err err = {0};
    if (!as_bench_allocate_workspace(&w->bench, lines, flags, &err))
        return as_worker_fail(w, "%s", err.text);
    explain_faults(&w->bench);
    return true;
}

bool as_worker_allocate(as_worker *w)
{
    unsigned lines[AS_OPERANDS_MAX];
    as_err err = {0};
    for (size_t i = 0; i < AS_OPERANDS_MAX; i++)
        lines[i] = as_worker_lines(w, i);
    w->bench.lock_inputs = true;
    if (!as_bench_allocate_operands(&w->bench, lines, 0, &err))
        return as_worker_fail(w, "%s", err.text);
    return as_worker_workspace(w, 0, AS_BUFFER_AT_END | AS_BUFFER_NO_HUGE | AS_BUFFER_UNTOUCHED);
}

/* --- checks ------------------------------------------------------------------------------------------------------ */

static bool judge_output(as_worker *w, const char *when, uint64_t seed)
{
    as_oracle_verdict verdict;
    as_err err = {0};
    const as_problem *p = &w->bench.problem;
    const size_t rows = as_oracle_rows(p, w->request.process == 0 ? ORACLE_FLOPS_FIRST : ORACLE_FLOPS);
    const double allowed = w->bench.kernel->tolerance(p);
    w->result.error_allowed = allowed;
    if (!as_bench_check(&w->bench, rows, seed, &verdict, &err))
        return as_worker_fail(w, "%s", err.text);
    if (isnan(w->result.mass_kept)) /* of the first check, on the inputs that are timed */
        w->result.mass_kept = verdict.mass_kept;
    if (!(verdict.error_max <= w->result.error_max))
        w->result.error_max = verdict.error_max;
    if (verdict.error_max <= allowed)
        return true;
    if (!isfinite(verdict.error_max))
        return as_worker_fail(w,
                              "wrong %s: a NaN, or an element left unwritten, in row %zu of head %zu, batch entry %zu",
                              when, verdict.worst.row, verdict.worst.head, verdict.worst.batch);
    return as_worker_fail(w,
                          "wrong %s: error %.3g where %.3g is allowed, worst in row %zu of head %zu, batch entry %zu",
                          when, verdict.error_max, allowed, verdict.worst.row, verdict.worst.head, verdict.worst.batch);
}

/* On a workspace of pages that nobody has touched: those that are there afterwards are the ones that it needed. */
bool as_worker_check_first(as_worker *w)
{
    as_bench *b = &w->bench;
    as_worker_stage(w, "in its check");
    as_bench_fill(b, w->request.seed);
    as_bench_run(b, true);
    const uint64_t from = as_wall_ns();
    as_bench_run(b, false);
    w->first_call_ns = as_wall_ns() - from;
    w->result.workspace_peak_bytes = as_buffer_touched(&b->workspace);
    if (b->kernel->chosen)
        w->result.chosen = b->kernel->chosen(&b->call);
    return judge_output(w, "before timing, so not timed", w->request.seed + w->request.process);
}

/* Other inputs than before: a kernel that kept its first answer gives the wrong one now. */
bool as_worker_check_again(as_worker *w)
{
    as_worker_stage(w, "in its check after timing");
    as_bench_fill(&w->bench, ~w->request.seed);
    as_bench_run_all(&w->bench);
    if (!judge_output(w, "after timing, on new inputs (does it keep an earlier answer?)",
                      ~w->request.seed - w->request.process))
        return false;
    w->result.checked = true;
    return true;
}
