/* outputs.h: the options that every command with verdicts has, for its table, its usage and its help.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_CLI_OUTPUTS_H
#define AS_CLI_OUTPUTS_H

#include "../narrate/verdict_print.h"
#include "cli.h"

/* `to` points to an as_verdict_outputs. */
#define AS_VERDICT_OPTIONS(to)                                                                                         \
    {"--format", AS_OPT_TEXT, &(to)->format, AS_VERDICT_FORMATS}, {"--junit", AS_OPT_TEXT, &(to)->junit, NULL},        \
        {"--markdown", AS_OPT_TEXT, &(to)->markdown, NULL},                                                            \
    {                                                                                                                  \
        "--strict", AS_OPT_FLAG, &(to)->strict, NULL                                                                   \
    }
#define AS_VERDICT_USAGE "[--strict] [--format " AS_VERDICT_FORMATS "] [--junit FILE] [--markdown FILE]"
#define AS_VERDICT_HELP                                                                                                \
    "  --strict        missing and new cases fail, too\n"                                                              \
    "  --format F      what is printed: table, csv, json, junit or markdown\n"                                         \
    "  --junit FILE, --markdown FILE   written beside that: for a CI's test view, for a pull request\n"

#endif
