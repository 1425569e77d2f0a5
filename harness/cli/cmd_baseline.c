/* cmd_baseline.c: `attnscope baseline DIR`: keeps what `compare --baseline` needs of a result folder, small enough to
 * commit. SPDX-License-Identifier: Apache-2.0 */
#include "../verdict/baseline.h"
#include "cli.h"

typedef struct {
    const char *baselines;
} baseline_options;

static const as_opt options[] = {
    AS_VALUE("--baselines", baseline_options, baselines, "DIR", "where baselines are kept (default: " AS_BASELINES ")"),
    {0},
};

static as_exit run_baseline(const as_command *self, as_arguments arguments, as_err *err)
{
    baseline_options o = {0};
    as_text out = {0};
    if (!as_parse(self, &arguments, &o, err))
        return err->code;
    as_arena *arena = as_arena_create();
    const char *path = as_baseline_keep(o.baselines, arguments.at[0], arena, err);
    if (path)
        as_text_add(&out, "baseline: %s\n", path);
    const bool ok = path && as_print(&out, err);
    as_text_free(&out);
    as_arena_free(arena);
    return ok ? AS_EXIT_OK : err->code;
}

const as_command as_command_baseline = {
    .name = "baseline",
    .arguments = "DIR",
    .about = "keep a small copy of a result folder for `compare --baseline`",
    .description = "DIR is a result folder of `attnscope run`.",
    .options = options,
    .notes = "It becomes " AS_BASELINES
             "/<fingerprint>/<name of the sweep>/, in place of an older one: summary.csv and samples.csv with the "
             "columns that compare reads, machine.json, config.yaml. Made to be committed.",
    .examples = "  attnscope run configs/gate.yaml --out gate && attnscope baseline gate\n"
                "  attnscope compare --baseline new-gate\n",
    .min = 1,
    .max = 1,
    .order = 76,
    .run = run_baseline,
};
