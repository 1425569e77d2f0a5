/* cmd_export.c: `attnscope export DIR --to FORMAT`: a result folder for a tool that watches benchmarks over time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../analyse/export.h"
#include "../base/file.h"
#include "cli.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *format = NULL, *path = NULL;
    const as_opt opts[] = {{"--to", AS_OPT_TEXT, &format, AS_EXPORT_FORMATS}, {"--out", AS_OPT_TEXT, &path, NULL}, {0}};
    int rest;
    as_findings findings;
    as_text out = {0};
    if (!as_options(argc, argv, opts, 1, 1, &rest, err))
        return err->code;
    if (!format)
        return as_fail(err, AS_EXIT_USAGE, "--to is missing: one of " AS_EXPORT_FORMATS), err->code;
    as_arena *arena = as_arena_create();
    const bool ok = as_analyse(argv[0], arena, &findings, err) && as_export(format, &findings, &out, err) &&
                    (path ? as_file_write(path, out.data, out.length, err) : as_print(&out, err));
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_export = {
    .name = "export",
    .usage = "export DIR --to " AS_EXPORT_FORMATS " [--out FILE]",
    .about = "a result folder for tools that watch benchmarks over time",
    .help = "  --to gab         github-action-benchmark, tool customSmallerIsBetter: one entry a case, the median\n"
            "  --to bencher     Bencher Metric Format, adapter json: latency with its interval\n"
            "  --to benchstat   the Go benchmark format: a line for each worker process\n"
            "  --out FILE       written there; else it is printed\n"
            "A case that is not ok is left out. Tools that read Google Benchmark's JSON (compare.py, "
            "github-action-benchmark's\n"
            "googlecpp, Bencher's cpp_google) take the folder's benchmark.json as it is.\n"
            "\n"
            "  attnscope export base --to benchstat --out old.txt\n"
            "  attnscope export new --to benchstat --out new.txt && benchstat -col .file old.txt new.txt\n",
    .run = run,
    .order = 78,
};
