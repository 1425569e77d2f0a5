/* cmd_compare.c: `attnscope compare BASE NEW`: two result folders that were measured apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "../verdict/compare.h"
#include "../verdict/duel.h"
#include "../verdict/report.h"
#include "cli.h"

static bool share(const char *text, const char *option, double *out, as_err *err)
{
    uint64_t bytes = 0;
    double percent = -1;
    if (!text)
        return true;
    if (as_parse_size(text, &bytes, &percent) && percent > 0 && percent < 100)
        *out = percent / 100;
    else if (!as_parse_double(text, out) || !(*out > 0 && *out < 1))
        return as_fail(err, AS_EXIT_USAGE, "%s: '%.40s' is not a share: 5%% and 0.05 are", option, text);
    return true;
}

static as_exit run(int argc, char **argv, as_err *err)
{
    as_compare_rules rules = as_compare_rules_usual();
    const char *format = "table", *floor = NULL, *margin = NULL;
    bool strict = false;
    const as_opt opts[] = {
        {"--strict", AS_OPT_FLAG, &strict, NULL},  {"--across", AS_OPT_FLAG, &rules.across, NULL},
        {"--floor", AS_OPT_TEXT, &floor, NULL},    {"--margin", AS_OPT_TEXT, &margin, NULL},
        {"--format", AS_OPT_TEXT, &format, AS_VERDICT_FORMATS}, {0},
    };
    int rest;
    as_verdict *rows = NULL;
    size_t count = 0;
    as_text out = {0};
    if (!as_options(argc, argv, opts, 2, 2, &rest, err) || !share(floor, "--floor", &rules.bounds.floor, err) ||
        !share(margin, "--margin", &rules.bounds.margin, err))
        return err->code;
    as_arena *arena = as_arena_create();
    as_exit code = AS_EXIT_OK;
    if (!as_compare(argv[0], argv[1], &rules, arena, &rows, &count, err) ||
        !(as_verdict_report(format, "attnscope compare", rows, count, &out) || as_fail_memory(err)) || !as_print(&out, err))
        code = err->code;
    else if (!count)
        code = (as_fail(err, AS_EXIT_USAGE, "%s and %s: neither holds a case that was measured", argv[0], argv[1]), err->code);
    else
        code = as_verdict_exit(rows, count, strict);
    as_text_free(&out);
    as_arena_free(arena);
    return code;
}

const as_command as_command_compare = {
    .name = "compare",
    .usage = "compare BASE NEW [--strict] [--across] [--floor SHARE] [--margin SHARE] [--format table|csv|json|junit|markdown]",
    .about = "two result folders, measured apart: a verdict per case",
    .help = "  --strict        missing and new cases fail, too\n"
            "  --across        compare results of different machines all the same\n"
            "  --floor SHARE   a smaller change is not called one (default 5%)\n"
            "  --margin SHARE  an interval within it is called same (default 5%)\n"
            "The unit is the process; the interval covers times as they are and times corrected by the speed index. What the\n"
            "whole machine did between the two runs is in neither: to see less than a few percent, use duel.\n"
            "Exit codes: 0 all same, improved or new; 1 regressed or failed; 5 inconclusive or missing; 2 bad input.\n",
    .run = run,
    .order = 75,
};
