/* resolve.c: a case's row, as a file or a worker's request has it, back to what it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "plan.h"

static bool find_entry(const as_case *row, uint32_t isas, const as_entry **out, as_err *err)
{
    as_isa isa;
    if (!as_isa_parse(row->isa, &isa))
        return as_fail(err, AS_EXIT_USAGE, "case %.200s: unknown isa '%.40s'", row->case_, row->isa);
    if (!(isas & AS_ISA_BIT(isa)))
        return as_fail(err, AS_EXIT_USAGE, "case %.200s: needs %s, which this CPU lacks or --isa hides", row->case_,
                       row->isa);
    *out = as_registry_find(row->kernel, AS_ISA_BIT(isa));
    return *out ||
           as_fail(err, AS_EXIT_USAGE, "case %.200s: no kernel '%.80s' built for %s here: is a --plugin missing?",
                   row->case_, row->kernel, row->isa);
}

/* A size that was read from a file: there, not 0, and small enough to be multiplied without care. */
static bool sane(uint64_t value, uint64_t max) { return value != AS_NO_COUNT && value && value <= max; }

static bool fill_shape(const as_case *row, as_problem *p, as_err *err)
{
    const uint64_t most = (uint64_t)1 << 30;
    uint64_t work;
    if (!sane(row->length, most) || !sane(row->context, most) || !sane(row->heads, most) ||
        !sane(row->kv_heads, most) || !sane(row->head_dim, most) || !sane(row->batch, most) ||
        !sane(row->threads, 4096) || row->heads % row->kv_heads ||
        __builtin_mul_overflow(row->length * row->context, row->heads * row->head_dim, &work) ||
        __builtin_mul_overflow(work, row->batch, &work) || work > INT64_MAX / 16)
        return as_fail(err, AS_EXIT_USAGE, "case %.200s: its shape is incomplete or impossible", row->case_);
    p->length = row->length;
    p->context = row->context;
    p->heads = row->heads;
    p->kv_heads = row->kv_heads;
    p->head_dim = row->head_dim;
    p->batch = row->batch;
    p->threads = (int)row->threads;
    p->scale = (float)(1 / sqrt((double)p->head_dim));
    return as_dtype_parse(row->dtype, &p->dtype) ||
           as_fail(err, AS_EXIT_USAGE, "case %.200s: unknown dtype '%.40s'", row->case_, row->dtype);
}

static bool fill_params(const as_case *row, const as_entry *entry, as_problem *p, as_err *err)
{
    char why[300];
    return as_kernel_params_read(entry->kernel, row->kernel, p->param, why, sizeof why) ||
           as_fail(err, AS_EXIT_USAGE, "case %.200s: %s", row->case_, why);
}

static as_pattern *fitting_pattern(const as_case *row, as_err *err)
{
    as_pattern_error error = {0};
    char why[300] = "";
    as_pattern *pattern = as_pattern_parse(row->pattern, &error);
    if (!pattern) {
        as_fail(err, AS_EXIT_USAGE, "case %.200s: pattern '%.100s': %s", row->case_, row->pattern, error.what);
        return NULL;
    }
    if (as_pattern_fits(pattern, row->length, row->context, why, sizeof why))
        return pattern;
    as_fail(err, AS_EXIT_USAGE, "case %.200s: %s", row->case_, why);
    as_pattern_free(pattern);
    return NULL;
}

bool as_plan_resolve(const as_case *row, uint32_t isas, const size_t cache_bytes[3], as_planned *out, as_err *err)
{
    const as_entry *entry = NULL;
    as_problem p = {.struct_size = sizeof p};
    if (!row->case_ || !row->kernel || !row->isa || !row->dtype || !row->pattern)
        return as_fail(err, AS_EXIT_USAGE, "case %.200s: kernel, isa, dtype or pattern is missing",
                       row->case_ ? row->case_ : "without a key");
    if (!find_entry(row, isas, &entry, err) || !fill_params(row, entry, &p, err) || !fill_shape(row, &p, err))
        return false;
    as_pattern *pattern = fitting_pattern(row, err);
    if (!pattern)
        return false;
    p.pattern = pattern;
    p.edges = as_pattern_edges_all(pattern, p.heads, p.length, p.context);
    memcpy(p.cache_bytes, cache_bytes, sizeof p.cache_bytes);
    *out = (as_planned){.row = *row, .problem = p, .entry = entry};
    return true;
}
