/* cmd_compare.c: `attnscope compare BASE NEW`: two result folders that were measured apart, or one and its baseline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../verdict/compare.h"
#include "../duel/rules.h"
#include "../verdict/baseline.h"
#include "outputs.h"

static as_exit compare(const char *base, const char *new, const as_compare_rules *rules, const as_verdict_outputs *to,
                       as_arena *arena, as_err *err)
{
    as_verdict *rows = NULL;
    size_t count = 0;
    as_text out = {0};
    bool ok = as_compare(base, new, rules, arena, &rows, &count, err);
    if (ok && !count)
        ok = as_fail(err, AS_EXIT_USAGE, "%s and %s: neither holds a case that was measured", base, new);
    ok = ok && as_verdict_publish(to, rows, count, &out, err) && as_print(&out, err);
    as_text_free(&out);
    return ok ? as_verdict_exit(rows, count, to->strict) : err->code;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    as_compare_rules rules = as_compare_rules_usual();
    as_verdict_outputs to = {.title = "attnscope compare"};
    const char *floor = NULL, *margin = NULL, *baselines = NULL;
    bool baseline = false;
    const as_opt opts[] = {
        {"--across", AS_OPT_FLAG, &rules.across, NULL},
        {"--floor", AS_OPT_TEXT, &floor, NULL},
        {"--margin", AS_OPT_TEXT, &margin, NULL},
        {"--baseline", AS_OPT_FLAG, &baseline, NULL},
        {"--baselines", AS_OPT_TEXT, &baselines, NULL},
        AS_VERDICT_OPTIONS(&to),
        {0},
    };
    int rest;
    if (!as_options(argc, argv, opts, 1, 2, &rest, err) ||
        !as_option_share(floor, "--floor", &rules.bounds.floor, err) ||
        !as_option_share(margin, "--margin", &rules.bounds.margin, err))
        return err->code;
    if (rest != (baseline || baselines ? 1 : 2))
        return as_fail(err, AS_EXIT_USAGE, "compare BASE NEW, or compare --baseline NEW"), err->code;
    as_arena *arena = as_arena_create();
    const char *new = argv[rest - 1], *base = rest == 2 ? argv[0] : as_baseline_find(baselines, new, arena, err);
    const as_exit code = base ? compare(base, new, &rules, &to, arena, err) : err->code;
    as_arena_free(arena);
    return code;
}

const as_command as_command_compare = {
    .name = "compare",
    .usage = "compare BASE NEW | --baseline NEW [--baselines DIR] [--across] [--floor SHARE] [--margin "
             "SHARE] " AS_VERDICT_USAGE,
    .about = "two result folders, measured apart: a verdict per case",
    .help = "  --baseline      in place of BASE: the folder that `attnscope baseline` kept of NEW's sweep on NEW's "
            "machine\n"
            "  --baselines DIR where they are kept (default: " AS_BASELINES "); without a BASE it means --baseline\n"
            "  --across        compare results of different machines all the same\n"
            "  --floor SHARE   a smaller change is not called one (default 5%)\n"
            "  --margin SHARE  an interval within it is called same (default 5%)\n" AS_VERDICT_HELP
            "The unit is the process; the interval covers times as they are and times corrected by the speed index. "
            "What the\n"
            "whole machine did between the two runs is in neither: to see less than a few percent, use duel.\n"
            "A folder whose samples are not those that its summary.csv tells of is refused, and so is a copy of the "
            "other one.\n"
            "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input.\n",
    .run = run,
    .order = 75,
};
