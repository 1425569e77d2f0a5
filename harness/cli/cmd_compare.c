/* cmd_compare.c: `attnscope compare BASE NEW`: two result folders that were measured apart, or one and its baseline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../verdict/baseline.h"
#include "../verdict/compare.h"
#include "../verdict/words.h"
#include "outputs.h"

typedef struct {
    as_compare_rules rules;
    const char *floor, *margin, *baselines;
    bool baseline;
    as_verdict_outputs to;
} compare_options;

static const as_opt options[] = {
    AS_FLAG("--baseline", compare_options, baseline,
            "in place of BASE: the folder that `attnscope baseline` kept of NEW's sweep on NEW's machine"),
    AS_VALUE("--baselines", compare_options, baselines, "DIR",
             "where they are kept (default: " AS_BASELINES "); without a BASE it means --baseline"),
    AS_FLAG("--across", compare_options, rules.across, "compare results of different machines all the same"),
    AS_VALUE("--floor", compare_options, floor, "SHARE", "a smaller change is not called one (default 5%)"),
    AS_VALUE("--margin", compare_options, margin, "SHARE", "an interval within it is called same (default 5%)"),
    AS_VERDICT_OPTIONS(compare_options, to),
    {0},
};

static as_exit compare(const char *base, const char *new, const compare_options *o, as_arena *arena, as_err *err)
{
    as_verdict *rows = NULL;
    size_t count = 0;
    as_text out = {0};
    bool ok = as_compare(base, new, &o->rules, arena, &rows, &count, err);
    if (ok && !count)
        ok = as_fail(err, AS_EXIT_USAGE, "%s and %s: neither holds a case that was measured", base, new);
    ok = ok && as_verdict_publish(&o->to, rows, count, &out, err) && as_print(&out, err);
    as_text_free(&out);
    return ok ? as_verdict_exit(rows, count, o->to.strict) : err->code;
}

static as_exit run_compare(const as_command *self, as_arguments arguments, as_err *err)
{
    compare_options o = {.rules = as_compare_rules_usual(), .to = {.title = "attnscope compare"}};
    if (!as_parse(self, &arguments, &o, err) || !as_option_share(o.floor, "--floor", &o.rules.bounds.floor, err) ||
        !as_option_share(o.margin, "--margin", &o.rules.bounds.margin, err))
        return err->code;
    if (arguments.count != (o.baseline || o.baselines ? 1 : 2))
        return as_fail(err, AS_EXIT_USAGE, "compare BASE NEW, or compare --baseline NEW"), err->code;
    as_arena *arena = as_arena_create();
    const char *new = arguments.at[arguments.count - 1];
    const char *base = arguments.count == 2 ? arguments.at[0] : as_baseline_find(o.baselines, new, arena, err);
    const as_exit code = base ? compare(base, new, &o, arena, err) : err->code;
    as_arena_free(arena);
    return code;
}

const as_command as_command_compare = {
    .name = "compare",
    .arguments = "BASE NEW | --baseline NEW",
    .about = "two result folders, measured apart: a verdict per case",
    .options = options,
    .notes =
        "The unit is the process; the interval covers times as they are and times corrected by the speed index. What "
        "the whole machine did between the two runs is in neither: to see less than a few percent, use duel.\n"
        "A folder whose samples are not those that its summary.csv was made from is refused, and so is a copy of the "
        "other one.\n"
        "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input.",
    .examples = "  attnscope compare results/old results/new\n"
                "  attnscope compare --baseline results/new --junit verdicts.xml\n",
    .min = 1,
    .max = 2,
    .order = 75,
    .run = run_compare,
};
