/* analyse.c: see analyse.h. A list of steps: read, gather, summarise, count, fit, share out; and the files that come of
 * it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "analyse.h"

#include "../base/file.h"
#include "../base/path.h"
#include "stages.h"

bool as_analyse(const char *dir, as_arena *arena, as_findings *out, as_err *err)
{
    as_sample_list *lists = NULL;
    void *cases = NULL, *samples = NULL;
    *out = (as_findings){0};
    if (!as_table_read(&as_case_schema, dir, arena, &cases, &out->case_count, err) ||
        !as_table_read(&as_sample_schema, dir, arena, &samples, &out->sample_count, err) ||
        !as_machine_facts_read(dir, arena, &out->machine, err))
        return false;
    out->cases = cases;
    out->samples = samples;
    if (!as_samples_gather(dir, out, arena, &lists, err))
        return false;
    as_replicates_make(out, lists, arena);
    as_summary_make(out, lists, arena);
    if (!as_events_make(dir, out, lists, arena, err))
        return false;
    as_fits_make(out, arena);
    as_crossovers_make(out, arena);
    return as_shares_make(dir, out, arena, err);
}

bool as_findings_write(const as_findings *findings, const char *dir, as_err *err)
{
    as_text json = {0};
    bool ok = as_table_write(&as_summary_schema, findings->summary, findings->case_count, dir, err) &&
              as_table_write(&as_fit_schema, findings->fits, findings->fit_rows, dir, err) &&
              as_table_write(&as_crossover_schema, findings->crossovers, findings->crossover_count, dir, err);
    if (ok && findings->share_count)
        ok = as_table_write(&as_share_schema, findings->shares, findings->share_count, dir, err);
    if (ok && !as_benchmark_json(findings, dir, &json))
        ok = as_fail_memory(err);
    ok = ok && as_file_write(as_path_join(dir, "benchmark.json").text, json.data, json.length, err);
    as_text_free(&json);
    return ok;
}
