/* analyse.c: the steps of the analysis, in their order, and the files that they write.
 * SPDX-License-Identifier: Apache-2.0 */
#include "analyse.h"

#include "../base/file.h"
#include "../base/path.h"
#include "stages.h"

bool as_analyse(const char *dir, as_arena *arena, as_findings *out, as_err *err)
{
    as_sample_list *lists = NULL;
    as_folder_contents folder = as_folder_open(dir, arena);
    *out = (as_findings){0};
    /* counters.csv and phases.csv are absent from folders of earlier versions, or made by hand */
    if (!as_folder_read(&folder, AS_FOLDER_CASES | AS_FOLDER_SAMPLES,
                        AS_FOLDER_MACHINE | AS_FOLDER_COUNTERS | AS_FOLDER_PHASES, err))
        return false;
    out->cases = folder.cases;
    out->case_count = folder.case_count;
    out->samples = folder.samples;
    out->sample_count = folder.sample_count;
    out->machine = folder.machine;
    if (!as_samples_gather(dir, out, arena, &lists, err))
        return false;
    as_replicates_make(out, lists, arena);
    as_summary_make(out, lists, arena);
    if (!as_events_make(&folder, out, lists, err))
        return false;
    as_fits_make(out, arena);
    as_crossovers_make(out, arena);
    return as_shares_make(&folder, out, err);
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
