/* reader.c: reads the tables of a result folder, each by its schema, with machine.json and config.yaml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"

#define CONFIG_BYTES_MAX ((size_t)1 << 20)

static const struct {
    as_folder_part part;
    const as_schema *schema;
    size_t rows, count; /* offsets of the two members */
} tables[] = {
#define TABLE(part, schema, rows, count)                                                                               \
    {                                                                                                                  \
        part, &schema, offsetof(as_folder_contents, rows), offsetof(as_folder_contents, count)                         \
    }
    TABLE(AS_FOLDER_CASES, as_case_schema, cases, case_count),
    TABLE(AS_FOLDER_SAMPLES, as_sample_schema, samples, sample_count),
    TABLE(AS_FOLDER_COUNTERS, as_counter_schema, counters, counter_count),
    TABLE(AS_FOLDER_PHASES, as_phase_schema, phases, phase_count),
    TABLE(AS_FOLDER_SUMMARY, as_summary_schema, summary, summary_count),
    TABLE(AS_FOLDER_FITS, as_fit_schema, fits, fit_count),
    TABLE(AS_FOLDER_SHARES, as_share_schema, shares, share_count),
    TABLE(AS_FOLDER_CROSSOVERS, as_crossover_schema, crossovers, crossover_count),
    TABLE(AS_FOLDER_VERDICTS, as_verdict_schema, verdicts, verdict_count),
#undef TABLE
};

as_folder_contents as_folder_open(const char *dir, as_arena *arena)
{
    char whole[PATH_MAX];
    const char *slash = realpath(dir, whole) ? strrchr(whole, '/') : NULL;
    as_folder_contents folder = {.dir = dir, .arena = arena};
    folder.name = as_arena_intern(arena, slash && slash[1] ? slash + 1 : dir);
    return folder;
}

/* NaN where there is no rate or no percentage. */
static void add_roofs(as_summary *row)
{
    if (isnan(row->roof_gflops) && row->percent_of_roof > 0)
        row->roof_gflops = 100 * row->gflops_useful / row->percent_of_roof;
    if (isnan(row->roof_gbs) && row->percent_of_bandwidth > 0)
        row->roof_gbs = 100 * row->gbs_min / row->percent_of_bandwidth;
}

static bool read_config(as_folder_contents *folder, as_err *err)
{
    as_text path = {0}, text = {0};
    as_text_add(&path, "%s/config.yaml", folder->dir);
    const bool ok = as_file_read(path.data, CONFIG_BYTES_MAX, &text, err);
    if (ok)
        folder->config = as_arena_intern(folder->arena, text.data ? text.data : "");
    as_text_free(&text);
    as_text_free(&path);
    return ok;
}

bool as_folder_read(as_folder_contents *folder, unsigned needed, unsigned optional, as_err *err)
{
    const unsigned wanted = (needed | optional) & ~folder->parts;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (!(wanted & tables[i].part) ||
            (!(needed & tables[i].part) && !as_dir_has(folder->dir, tables[i].schema->file)))
            continue;
        void **rows = (void **)(void *)((char *)folder + tables[i].rows);
        size_t *count = (size_t *)(void *)((char *)folder + tables[i].count);
        if (!as_table_read(tables[i].schema, folder->dir, folder->arena, rows, count, err))
            return false;
        folder->parts |= tables[i].part;
    }
    for (size_t i = 0; (wanted & AS_FOLDER_SUMMARY) && i < folder->summary_count; i++)
        add_roofs(&folder->summary[i]);
    if (wanted & AS_FOLDER_MACHINE) {
        if (!as_machine_facts_read(folder->dir, folder->arena, &folder->machine, err))
            return false;
        folder->parts |= as_dir_has(folder->dir, "machine.json") ? AS_FOLDER_MACHINE : 0;
    }
    if ((needed & wanted & AS_FOLDER_CONFIG) ||
        ((wanted & AS_FOLDER_CONFIG) && as_dir_has(folder->dir, "config.yaml"))) {
        if (!read_config(folder, err))
            return false;
        folder->parts |= AS_FOLDER_CONFIG;
    }
    return true;
}
