/* cmd_baseline.c: `attnscope baseline DIR`: keeps of a result folder what `compare --baseline` will need, small enough
 * to commit. SPDX-License-Identifier: Apache-2.0 */
#include "../verdict/baseline.h"
#include "cli.h"

static as_exit run(int argc, char **argv, as_err *err)
{
    const char *baselines = NULL;
    const as_opt opts[] = {{"--baselines", AS_OPT_TEXT, &baselines, NULL}, {0}};
    int rest;
    as_text out = {0};
    if (!as_options(argc, argv, opts, 1, 1, &rest, err))
        return err->code;
    as_arena *arena = as_arena_create();
    const char *path = as_baseline_keep(baselines, argv[0], arena, err);
    if (path)
        as_text_add(&out, "baseline: %s\n", path);
    const bool ok = path && as_print(&out, err);
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_baseline = {
    .name = "baseline",
    .usage = "baseline DIR [--baselines DIR]",
    .about = "keep a small copy of a result folder for `compare --baseline`",
    .help =
        "  DIR             a result folder of `attnscope run`\n"
        "  --baselines DIR where baselines are kept (default: " AS_BASELINES ")\n"
        "It becomes " AS_BASELINES "/<fingerprint>/<name of the sweep>/, in place of an older one: summary.csv and\n"
        "samples.csv with the columns that compare reads, machine.json, config.yaml. Made to be committed.\n",
    .run = run,
    .order = 76,
};
