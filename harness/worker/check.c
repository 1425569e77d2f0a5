/* check.c: the case's memory, and its checks: before timing on untouched memory, after timing on new inputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../kernels/common/random.h"
#include "../base/clock.h"
#include "fault.h"
#include "child.h"

#define ORACLE_FLOPS_FIRST 5e7 /* the first process of a case checks more rows than those after it */
#define ORACLE_FLOPS 1e7

void as_worker_run(as_worker *w, bool once)
{
    for (const as_phase *phase = w->it.kernel->phases; phase->run; phase++)
        if (phase->once == once)
            phase->run(&w->call);
}

/* --- memory ------------------------------------------------------------------------------------------------------ */

unsigned as_worker_lines(const as_worker *w, size_t buffer)
{
    const uint64_t x = (w->request.seed + w->request.process) * 8 + buffer + 1;
    return as_spread(x ^ x >> 31, 6);
}

static void explain(const as_buffer *b, const char *name)
{
    char text[240];
    const size_t page = as_page_bytes();
    snprintf(text, sizeof text, "it touched memory before the start of its %s", name);
    as_fault_explain(b->map, page, text);
    snprintf(text, sizeof text, "it touched memory past the end of its %s of %zu bytes", name, b->bytes);
    as_fault_explain(b->map + b->map_bytes - page, page, text);
}

static void explain_all(as_worker *w)
{
    char name[80], text[160];
    as_fault_forget();
    for (size_t i = 0; i < w->it.count; i++) {
        snprintf(name, sizeof name, "operand '%.40s'", w->it.operands[i].name);
        if (w->it.operands[i].role == AS_IN) {
            snprintf(text, sizeof text, "it wrote to its input '%.40s'", w->it.operands[i].name);
            as_fault_explain(w->buffers[i].map, w->buffers[i].map_bytes, text);
        }
        explain(&w->buffers[i], name);
    }
    explain(&w->workspace, "workspace");
}

bool as_worker_workspace(as_worker *w, unsigned lines, unsigned flags)
{
    as_buffer_free(&w->workspace);
    if (!as_buffer_create(&w->workspace, w->it.workspace_bytes, lines, flags))
        return as_worker_fail(w, "no memory for its workspace of %zu bytes: %s", w->it.workspace_bytes,
                              strerror(errno));
    w->call.workspace = w->workspace.data;
    explain_all(w);
    return true;
}

bool as_worker_allocate(as_worker *w)
{
    for (size_t i = 0; i < w->it.count; i++) {
        const size_t bytes = as_operand_bytes(&w->it.operands[i]);
        if (bytes == SIZE_MAX || !as_buffer_create(&w->buffers[i], bytes, as_worker_lines(w, i), 0))
            return as_worker_fail(w, "no memory for operand '%.40s' of %zu bytes: %s", w->it.operands[i].name, bytes,
                                  strerror(errno));
        w->pointers[i] = w->buffers[i].data;
    }
    w->call = (as_call){.problem = &w->it.problem, .operand = w->pointers};
    return as_worker_workspace(w, 0, AS_BUFFER_AT_END | AS_BUFFER_NO_HUGE | AS_BUFFER_UNTOUCHED);
}

static void protect_inputs(as_worker *w, bool read_only)
{
    for (size_t i = 0; i < w->it.count; i++)
        if (w->it.operands[i].role == AS_IN)
            as_buffer_protect(&w->buffers[i], read_only);
}

/* New inputs, and outputs that nobody has written. */
static void set_the_table(as_worker *w, uint64_t seed)
{
    protect_inputs(w, false);
    for (size_t i = 0; i < w->it.count; i++) {
        if (w->it.operands[i].role == AS_IN)
            as_operand_fill(&w->it.operands[i], seed + i, w->pointers[i]);
        else
            as_operand_poison(&w->it.operands[i], w->pointers[i]);
    }
    protect_inputs(w, true);
}

void as_worker_prepare(as_worker *w, uint64_t seed)
{
    set_the_table(w, seed);
    as_worker_run(w, true);
}

/* --- checks ------------------------------------------------------------------------------------------------------ */

static bool pads_intact(as_worker *w)
{
    for (size_t i = 0; i < w->it.count; i++)
        if (!as_buffer_intact(&w->buffers[i]))
            return as_worker_fail(w, "it wrote beside its operand '%.40s'", w->it.operands[i].name);
    return true;
}

static bool right(as_worker *w, const char *when, uint64_t seed)
{
    as_oracle_verdict verdict;
    const double flops = w->request.process == 0 ? ORACLE_FLOPS_FIRST : ORACLE_FLOPS;
    const size_t rows = as_oracle_rows(&w->it.problem, flops);
    const double allowed = w->it.kernel->tolerance(&w->it.problem);
    w->result.error_allowed = allowed;
    if (!pads_intact(w))
        return false;
    if (!as_oracle_check(w->it.oracle, &w->it.problem, w->it.operands, w->it.count, w->pointers, rows, seed, &verdict))
        return as_worker_fail(w, "no memory for the oracle");
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
    as_worker_stage(w, "in its check");
    as_worker_prepare(w, w->request.seed);
    const uint64_t from = as_wall_ns();
    as_worker_run(w, false);
    w->first_call_ns = as_wall_ns() - from;
    w->result.workspace_peak_bytes = as_buffer_touched(&w->workspace);
    if (w->it.kernel->chosen)
        w->result.chosen = w->it.kernel->chosen(&w->call);
    return right(w, "before timing, so not timed", w->request.seed + w->request.process);
}

/* Other inputs than before: a kernel that kept its first answer gives the wrong one now. */
bool as_worker_check_again(as_worker *w)
{
    as_worker_stage(w, "in its check after timing");
    set_the_table(w, ~w->request.seed);
    if (w->workspace.bytes)
        memset(w->workspace.data, 0xff, w->workspace.bytes);
    as_worker_run(w, true);
    if (w->workspace.bytes) /* what is paid once is left in kept operands, not here */
        memset(w->workspace.data, 0xff, w->workspace.bytes);
    as_worker_run(w, false);
    if (!as_buffer_intact(&w->workspace))
        return as_worker_fail(w, "it wrote beside its workspace");
    if (!right(w, "after timing, on new inputs (does it keep an earlier answer?)",
               ~w->request.seed - w->request.process))
        return false;
    w->result.checked = true;
    return true;
}
