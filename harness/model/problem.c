/* problem.c: completes problems, and reads a case's row back to kernel, pattern and problem.
 * SPDX-License-Identifier: Apache-2.0 */
#include "problem.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "../../kernels/api/contract.h"
#include "../../kernels/api/cpu.h"
#include "../../kernels/api/dtype.h"
#include "../../kernels/api/kernel_name.h"
#include "../../kernels/oracle/oracle.h"

enum { SIZE_LIMIT = 1 << 30 };

as_problem as_problem_complete(as_problem sizes, const as_pattern *pattern, const size_t cache_bytes[3])
{
    as_problem p = sizes;
    p.struct_size = sizeof p;
    p.scale = (float)(1 / sqrt((double)p.head_dim));
    p.pattern = pattern;
    p.edges = pattern ? as_pattern_edges_all(pattern, p.heads, p.length, p.context) : 0;
    if (cache_bytes)
        memcpy(p.cache_bytes, cache_bytes, sizeof p.cache_bytes);
    return p;
}

/* The sizes of `row`, each checked. */
static bool read_sizes(const as_case *row, as_problem *p, as_err *err)
{
    const struct {
        const char *name;
        uint64_t value;
    } sizes[] = {{"batch", row->batch},    {"heads", row->heads},     {"kv_heads", row->kv_heads},
                 {"length", row->length},  {"context", row->context}, {"head_dim", row->head_dim},
                 {"threads", row->threads}};
    uint64_t work;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value < 1 || sizes[i].value > SIZE_LIMIT)
            return as_fail(err, AS_EXIT_USAGE, "case: %s is not between 1 and 2^30", sizes[i].name);
    if (row->heads % row->kv_heads != 0 || row->length > row->context || row->threads > 4096)
        return as_fail(err, AS_EXIT_USAGE, "case: kv_heads must divide heads, length cannot exceed context");
    if (__builtin_mul_overflow(row->length * row->context, row->heads * row->head_dim, &work) ||
        __builtin_mul_overflow(work, row->batch, &work) || work > INT64_MAX / 16)
        return as_fail(err, AS_EXIT_USAGE, "case: its sizes are more work than can be counted");
    *p = (as_problem){.batch = row->batch,
                      .heads = row->heads,
                      .kv_heads = row->kv_heads,
                      .length = row->length,
                      .context = row->context,
                      .head_dim = row->head_dim,
                      .threads = (int)row->threads};
    return (row->dtype && as_dtype_parse(row->dtype, &p->dtype)) || as_fail(err, AS_EXIT_USAGE, "case: unknown dtype");
}

static void read_caches(size_t bytes[3])
{
    const int names[3] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    for (size_t i = 0; i < 3; i++) {
        const long size = sysconf(names[i]);
        bytes[i] = size > 0 ? (size_t)size : 0;
    }
}

static bool read_pattern(const as_case *row, as_resolved *out, as_err *err)
{
    as_pattern_error why;
    char refusal[240];
    size_t caches[3];
    out->pattern = as_pattern_parse(row->pattern ? row->pattern : "", &why);
    if (!out->pattern)
        return as_fail(err, AS_EXIT_USAGE, "case: pattern: %s", why.what);
    if (!as_pattern_fits(out->pattern, row->length, row->context, refusal, sizeof refusal))
        return as_fail(err, AS_EXIT_USAGE, "case: pattern: %s", refusal);
    read_caches(caches);
    out->problem = as_problem_complete(out->problem, out->pattern, caches);
    return true;
}

static bool find_kernel(const as_case *row, as_resolved *out, as_err *err)
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
    if (!as_oracle_find(row->kernel))
        return as_fail(err, AS_EXIT_USAGE, "'%.60s' has no oracle, and nothing unchecked is timed", row->kernel);
    if (as_kernel_refuses(out->kernel, &out->problem, why, sizeof why))
        return as_fail(err, AS_EXIT_USAGE, "the kernel refuses: %s", why);
    return true;
}

bool as_resolve(const as_case *row, as_resolved *out, as_err *err)
{
    *out = (as_resolved){0};
    return read_sizes(row, &out->problem, err) && read_pattern(row, out, err) && find_kernel(row, out, err);
}

void as_resolved_free(as_resolved *r)
{
    as_pattern_free(r->pattern);
    r->pattern = NULL;
}
