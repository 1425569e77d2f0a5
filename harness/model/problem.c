/* problem.c: see problem.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "problem.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"

enum { SIZE_LIMIT = 1 << 30 };

static bool numbers(const as_case *row, as_problem *p, as_err *err)
{
    const struct {
        const char *name;
        uint64_t value;
    } sizes[] = {{"batch", row->batch},    {"heads", row->heads},     {"kv_heads", row->kv_heads},
                 {"length", row->length},  {"context", row->context}, {"head_dim", row->head_dim},
                 {"threads", row->threads}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value < 1 || sizes[i].value > SIZE_LIMIT)
            return as_fail(err, AS_EXIT_USAGE, "case: %s is not between 1 and 2^30", sizes[i].name);
    if (row->heads % row->kv_heads != 0 || row->length > row->context || row->threads > 4096)
        return as_fail(err, AS_EXIT_USAGE, "case: kv_heads must divide heads, length cannot exceed context");
    *p = (as_problem){.struct_size = sizeof *p,
                      .batch = row->batch,
                      .heads = row->heads,
                      .kv_heads = row->kv_heads,
                      .length = row->length,
                      .context = row->context,
                      .head_dim = row->head_dim,
                      .threads = (int)row->threads,
                      .scale = (float)(1 / sqrt((double)row->head_dim))};
    if (!row->dtype || !as_dtype_parse(row->dtype, &p->dtype))
        return as_fail(err, AS_EXIT_USAGE, "case: unknown dtype");
    const int names[3] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    for (size_t i = 0; i < 3; i++) {
        long bytes = sysconf(names[i]);
        p->cache_bytes[i] = bytes > 0 ? (size_t)bytes : 0;
    }
    return true;
}

static bool pattern_of(const as_case *row, as_resolved *out, as_err *err)
{
    as_pattern_error why;
    char refusal[240];
    as_problem *p = &out->problem;
    out->pattern = as_pattern_parse(row->pattern ? row->pattern : "", &why);
    if (!out->pattern)
        return as_fail(err, AS_EXIT_USAGE, "case: pattern: %s", why.what);
    if (!as_pattern_fits(out->pattern, p->length, p->context, refusal, sizeof refusal))
        return as_fail(err, AS_EXIT_USAGE, "case: pattern: %s", refusal);
    p->pattern = out->pattern;
    p->edges = as_pattern_edges_all(out->pattern, p->heads, p->length, p->context);
    return true;
}

static bool kernel_of(const as_case *row, as_resolved *out, as_err *err)
{
    as_isa isa;
    char why[240];
    if (!row->kernel || !row->isa || !as_isa_parse(row->isa, &isa) || !(as_cpu_isas() & AS_ISA_BIT(isa)))
        return as_fail(err, AS_EXIT_USAGE, "case: this CPU does not run isa '%.20s'", row->isa ? row->isa : "");
    const as_entry *entry = as_registry_find(row->kernel, AS_ISA_BIT(isa));
    if (!entry)
        return as_fail(err, AS_EXIT_USAGE, "case: no kernel '%.100s' for %s here: is its plug-in given?", row->kernel,
                       row->isa);
    out->kernel = entry->kernel;
    if (!as_kernel_params_read(entry->kernel, row->kernel, out->problem.param, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "case: %s", why);
    out->oracle = as_oracle_find(row->kernel);
    if (!out->oracle)
        return as_fail(err, AS_EXIT_USAGE, "'%.60s' has no oracle, and nothing unchecked is timed", row->kernel);
    if (as_kernel_refuses(out->kernel, &out->problem, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "the kernel refuses: %s", why);
    return true;
}

bool as_resolve(const as_case *row, as_resolved *out, as_err *err)
{
    *out = (as_resolved){0};
    if (!numbers(row, &out->problem, err) || !pattern_of(row, out, err) || !kernel_of(row, out, err))
        return false;
    out->count = as_kernel_operands(out->kernel, &out->problem, out->operands);
    out->workspace_bytes = out->kernel->workspace(&out->problem);
    if (!out->count || out->workspace_bytes == SIZE_MAX)
        return as_fail(err, AS_EXIT_USAGE,
                       "the kernel's operand table breaks the contract of kernel.h, or sizes overflow");
    return true;
}

void as_resolved_free(as_resolved *r)
{
    as_pattern_free(r->pattern);
    r->pattern = NULL;
}
