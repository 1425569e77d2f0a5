/* cmd_export.c: `attnscope export DIR --to FORMAT`: a result folder for a tool that watches benchmarks over time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../analyse/export.h"
#include "../base/file.h"
#include "cli.h"

typedef struct {
    const char *format, *path;
} export_options;

static const as_opt options[] = {
    AS_CHOICE(
        "--to", export_options, format, AS_EXPORT_FORMATS,
        "gab: github-action-benchmark, tool customSmallerIsBetter, one entry a case, the median; bencher: Bencher "
        "Metric Format, adapter json, latency with its interval; benchstat: the Go benchmark format, a line for "
        "each worker process"),
    AS_VALUE("--out", export_options, path, "FILE", "written there (default: printed)"),
    {0},
};

static as_exit run_export(const as_command *self, as_arguments arguments, as_err *err)
{
    export_options o = {0};
    as_findings findings;
    as_text out = {0};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    if (!o.format)
        return as_fail(err, AS_EXIT_USAGE, "--to is missing: one of " AS_EXPORT_FORMATS), err->code;
    as_arena *arena = as_arena_create();
    const bool ok = as_analyse(arguments.at[0], arena, &findings, err) && as_export(o.format, &findings, &out, err) &&
                    (o.path ? as_file_write(o.path, out.data, out.length, err) : as_print(&out, err));
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_export = {
    .name = "export",
    .arguments = "DIR --to " AS_EXPORT_FORMATS,
    .about = "a result folder for tools that watch benchmarks over time",
    .options = options,
    .notes = "A case that is not ok is left out. Tools that read Google Benchmark's JSON (compare.py, "
             "github-action-benchmark's googlecpp, Bencher's cpp_google) take the folder's benchmark.json as it is.",
    .examples = "  attnscope export base --to benchstat --out old.txt\n"
                "  attnscope export new --to benchstat --out new.txt && benchstat -col .file old.txt new.txt\n",
    .min = 1,
    .max = 1,
    .order = 78,
    .run = run_export,
};
