/* baseline.c: finds and writes the small folders that are kept with the sources.
 * SPDX-License-Identifier: Apache-2.0 */
#include "baseline.h"

#include <string.h>

#include "../base/file.h"
#include "../config/config.h"
#include "evidence.h"

/* What compare reads of summary.csv and samples.csv. */
static const char *const kept[] = {"case_",   "median_ns", "n",     "processes", "status",     "reason",
                                   "process", "batch",     "calls", "wall_ns",   "speed_index"};

/* The same file with the columns above alone. */
static as_schema schema_of_kept(const as_schema *whole, as_arena *arena)
{
    as_column *columns = as_arena_alloc(arena, whole->count * sizeof *columns);
    as_schema some = *whole;
    some.columns = columns;
    some.count = 0;
    for (size_t i = 0; i < whole->count; i++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (!strcmp(whole->columns[i].name, kept[k]))
                columns[some.count++] = whole->columns[i];
    return some;
}

/* Names of folders come from files: nothing of them may lead out of `root`. */
static bool plain_name(const char *name)
{
    return name && *name && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen(name);
}

static const char *folder_of_baseline(const char *root, const as_folder_contents *e, as_arena *arena, as_err *err)
{
    as_config config;
    if (!as_config_read(as_arena_printf(arena, "%s/config.yaml", e->dir), arena, &config, err))
        return NULL;
    if (!plain_name(e->machine.fingerprint) || !plain_name(config.name))
        return as_fail(err, AS_EXIT_USAGE,
                       "%s: its machine.json has no fingerprint that a folder can be named by: baselines are "
                       "kept of folders that `attnscope run` made on one machine",
                       e->dir),
               NULL;
    return as_arena_printf(arena, "%s/%s/%s", root ? root : AS_BASELINES, e->machine.fingerprint, config.name);
}

const char *as_baseline_find(const char *root, const char *dir, as_arena *arena, as_err *err)
{
    as_folder_contents e;
    const char *path = as_evidence_read(dir, arena, &e, err) ? folder_of_baseline(root, &e, arena, err) : NULL;
    if (!path || as_file_exists(as_arena_printf(arena, "%s/%s", path, as_sample_schema.file)))
        return path;
    as_fail(err, AS_EXIT_USAGE,
            "%s: there is no baseline of this sweep on this machine: measure the base build and keep it with "
            "'attnscope baseline DIR'",
            path);
    return NULL;
}

static bool copy(const char *from, const char *to, const char *name, as_arena *arena, as_err *err)
{
    as_text text = {0};
    const bool ok =
        as_file_read(as_arena_printf(arena, "%s/%s", from, name), (size_t)64 << 20, &text, err) &&
        as_file_write(as_arena_printf(arena, "%s/%s", to, name), text.data ? text.data : "", text.length, err);
    as_text_free(&text);
    return ok;
}

const char *as_baseline_keep(const char *root, const char *dir, as_arena *arena, as_err *err)
{
    as_folder_contents e;
    const char *path = as_evidence_read(dir, arena, &e, err) ? folder_of_baseline(root, &e, arena, err) : NULL;
    if (!path)
        return NULL;
    if (!e.sample_count)
        return as_fail(err, AS_EXIT_USAGE, "%s: holds no sample: there is nothing to keep", dir), NULL;
    const as_schema summary = schema_of_kept(&as_summary_schema, arena),
                    samples = schema_of_kept(&as_sample_schema, arena);
    const bool ok = as_dir_create(path, err) && copy(dir, path, "machine.json", arena, err) &&
                    copy(dir, path, "config.yaml", arena, err) &&
                    as_table_write(&summary, e.summary, e.summary_count, path, err) &&
                    as_table_write(&samples, e.samples, e.sample_count, path, err);
    return ok ? path : NULL;
}
